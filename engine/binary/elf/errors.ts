/** The error of the ELF parser. */

/** Where in a file the parser was. */
export interface ElfPlace {
  /** Offset of the offending field from the start of the file. */
  readonly offset: number;
  /** Name of the section, where the field belongs to one. */
  readonly section?: string;
}

/**
 * A file that is not ELF, not for this machine, or not consistent.
 *
 * Files that are well-formed but unsuitable ("it is a 32-bit ELF file ...") raise it too, with the offset of the
 * field that says so.
 */
export class ElfError extends Error {
  /** `ElfError`, for unsuitable files as well. */
  override readonly name = "ElfError";
  /** The file, as its caller named it. */
  readonly file: string;
  /** What is wrong, without the file's name: a sentence without its period. */
  readonly problem: string;
  /** Offset of the offending field from the start of the file. */
  readonly offset: number;
  /** Name of the section, where the field belongs to one. */
  readonly section: string | undefined;

  /**
   * Puts the message together.
   *
   * @param file The file, as its caller named it.
   * @param problem What is wrong, with "it" for the file where it is the subject.
   * @param place Where in the file.
   */
  constructor(file: string, problem: string, { offset, section }: ElfPlace) {
    super(
      `Cannot read ELF file ${file}: ${problem} at offset ${hex(offset)}` +
        (section === undefined ? "" : ` in section ${section}`),
    );
    this.file = file;
    this.problem = problem;
    this.offset = offset;
    this.section = section;
  }
}

/** The well-formed files that Ceratops has no use for: the message needs no offset. */
export class UnsupportedElfError extends ElfError {
  /**
   * Puts the message together.
   *
   * @param file The file, as its caller named it.
   * @param problem What the file is, and what would do.
   * @param place The field that says so.
   */
  constructor(file: string, problem: string, place: ElfPlace) {
    super(file, problem, place);
    this.message = `Cannot run ${file}: ${problem}`;
  }
}

/** A number as it appears in messages: `0x40`. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

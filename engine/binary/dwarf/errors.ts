/** The error of the DWARF parsers. */

/**
 * Debug or frame information that is not consistent, or of a kind that nobody here can read.
 *
 * It costs what the corrupt part describes, and nothing else: callers catch it part by part.
 */
export class DwarfError extends Error {
  /** `DwarfError`. */
  override readonly name = "DwarfError";
  /** What is wrong: a sentence without its period. */
  readonly problem: string;
  /** Name of the section, such as `.debug_line`. */
  readonly section: string;
  /** Offset of the offending field from the start of the section, decompressed. */
  readonly offset: number;

  /**
   * Puts the message together.
   *
   * @param problem What is wrong.
   * @param place Where.
   */
  constructor(problem: string, { section, offset }: { readonly section: string; readonly offset: number }) {
    super(`Cannot read debug information: ${problem} at offset 0x${offset.toString(16)} in section ${section}`);
    this.problem = problem;
    this.section = section;
    this.offset = offset;
  }
}

/** A program that cannot be started. Files that are not valid ELF throw `ElfError` instead. */
export class ProgramError extends Error {
  /** The class's name. */
  override readonly name = "ProgramError";
  /** The file at fault, as the guest would name it. */
  readonly path: string;

  /** Makes the error for a file: what is wrong, and what to do. */
  constructor(path: string, problem: string) {
    super(`Cannot run ${path}: ${problem}`);
    this.path = path;
  }
}

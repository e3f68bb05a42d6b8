const ENOEXEC = 8;

/** A program that cannot be started. Files that are not valid ELF throw `ElfError` instead. */
export class ProgramError extends Error {
  /** The class's name. */
  override readonly name = "ProgramError";
  /** The file at fault, as the guest would name it. */
  readonly path: string;
  /** What execve(2) fails with; by default ENOEXEC. */
  readonly errno: number;

  /** Makes the error for a file: what is wrong, and what to do. */
  constructor(path: string, problem: string, errno = ENOEXEC) {
    super(`Cannot run ${path}: ${problem}`);
    this.path = path;
    this.errno = errno;
  }
}

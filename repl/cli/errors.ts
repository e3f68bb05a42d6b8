/** What went wrong, as one message and an exit status: `ceratops: message`, never a stack trace for a user's mistake. */

import {
  CapstoneError,
  CoverageExpressionError,
  CoverageFileError,
  CoverageMismatchError,
  ElfError,
  LibraryNotFoundError,
  PluginError,
  ProgramError,
  UnicornError,
  UnknownImageError,
  UnknownSymbolError,
} from "../../mod.ts";

/** Exit statuses as shells give them. */
export const STATUS = { failed: 1, usage: 2, cannotRun: 126, notFound: 127, signal: 128 } as const;

/** A command that cannot be done as asked. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
  /** The exit status. */
  readonly status: number;

  constructor(message: string, status: number = STATUS.usage) {
    super(message);
    this.status = status;
  }
}

/** Errors whose message says all that a user needs; with the status that each ends with. */
const PLAIN: readonly (readonly [abstract new (...args: never[]) => Error, number])[] = [
  [ProgramError, STATUS.cannotRun],
  [ElfError, STATUS.cannotRun],
  [PluginError, STATUS.usage],
  [CoverageExpressionError, STATUS.usage],
  [CoverageFileError, STATUS.failed],
  [CoverageMismatchError, STATUS.failed],
  [UnknownSymbolError, STATUS.failed],
  [UnknownImageError, STATUS.failed],
  [LibraryNotFoundError, STATUS.failed],
  [UnicornError, STATUS.failed],
  [CapstoneError, STATUS.failed],
];

/** What to print for an error, and the status to end with. */
export interface Explanation {
  readonly message: string;
  readonly status: number;
}

/**
 * Explains what was thrown.
 *
 * @returns Nothing if it is none of the errors that are expected: then it is a defect, and its stack trace matters.
 */
export function explain(error: unknown): Explanation | undefined {
  if (error instanceof CommandLineError) return error;
  if (!(error instanceof Error)) return undefined;
  const known = PLAIN.find(([type]) => error instanceof type);
  if (known !== undefined) return { message: error.message, status: known[1] };
  return undefined;
}

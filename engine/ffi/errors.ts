/**
 * The errors of finding the libraries. Left out: errors that a library's own calls report.
 */

import type { LibraryName } from "./library_places.ts";

/** One file that was tried as a library, and why it would not do. */
export interface TriedLibrary {
  /** The file's path, or a bare file name that the loader was asked for. */
  readonly path: string;
  /** What is wrong with it, as a phrase: "too old: 2.0.1, and 2.1 or newer is needed". */
  readonly problem: string;
  /** Whether there is no such file. */
  readonly absent: boolean;
}

/** Thrown when a library is nowhere to be found, or nowhere recent enough. Its message says what to do. */
export class LibraryNotFoundError extends Error {
  /** The class's name. */
  override readonly name = "LibraryNotFoundError";
  /** The library that was looked for. */
  readonly library: LibraryName;
  /** What was tried, in order. */
  readonly tried: readonly TriedLibrary[];

  /** Makes the error; `summary` is the first line of the message: what is missing and what to do. */
  constructor(library: LibraryName, tried: readonly TriedLibrary[], summary: string) {
    super([summary, ...describe(tried)].join("\n"));
    this.library = library;
    this.tried = tried;
  }
}

/** Files with a problem one by one; those that are not there by folder, because there are many. */
function describe(tried: readonly TriedLibrary[]): string[] {
  const present = tried.filter((file) => !file.absent).map((file) => `  ${file.path}: ${file.problem}`);
  const folders = new Set(
    tried.filter((file) => file.absent && file.path.includes("/")).map((file) =>
      file.path.slice(0, file.path.lastIndexOf("/")) || "/"
    ),
  );
  const absent = folders.size === 0 ? [] : [`  Not in ${[...folders].join(", ")}`];
  return [...present, ...absent];
}

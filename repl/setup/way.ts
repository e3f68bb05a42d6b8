/**
 * What every way of getting the libraries has in common. Left out: the ways themselves, one file each, and their order.
 */

import { type LibraryName, libraryRequirements } from "../../mod.ts";
import type { Run } from "./command.ts";

/** What a way may use. */
export interface WayContext {
  /** Tells the user what is being done. */
  readonly print: (line: string) => void;
  /** Runs other programs. */
  readonly run: Run;
  /** An empty folder of the way's own; libraries that it leaves there, at any depth, are checked and taken over. */
  readonly folder: string;
}

/** A way of getting libraries. */
export interface Way {
  /** What it does, as the step's title. */
  readonly title: string;
  /** Whether it can be tried on this machine; if not, it is passed over. */
  isHere(run: Run): Promise<boolean>;
  /**
   * Gets what it can of the libraries, into the context's folder or into the system.
   *
   * @returns Why it got nothing or not everything; `undefined` when nothing is amiss.
   */
  get(libraries: readonly LibraryName[], context: WayContext): Promise<string | undefined>;
}

/** Whether a package's version ("1:2.1.1-2+b2") is one that will do for a library. */
export function isRecent(library: LibraryName, packageVersion: string): boolean {
  const { minimum, below } = libraryRequirements[library];
  const match = /^(?:\d+:)?(\d+)(?:\.(\d+))?/.exec(packageVersion);
  if (match === null) return false;
  const major = Number(match[1]);
  const minor = Number(match[2] ?? 0);
  return major < below && (major > minimum[0] || (major === minimum[0] && minor >= minimum[1]));
}

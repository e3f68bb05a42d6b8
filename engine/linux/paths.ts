/**
 * Guest paths to host paths: the system root, and `/proc/self`, which is the guest's and never the host process's.
 */

/** Where a guest sees the file system. */
export interface PathOptions {
  /** Host directory that the guest sees as `/`; undefined for the host's own. */
  readonly sysroot?: string;
  /** Host directory that relative paths start from. */
  readonly cwd: string;
}

/** Resolves paths for one process. */
export class Paths {
  readonly #sysroot: string;
  /** Host path of the working directory. */
  cwd: string;

  constructor(options: PathOptions) {
    this.#sysroot = options.sysroot ?? "";
    this.cwd = options.cwd;
  }

  /** Host path of a guest path, absolute or relative to the working directory. */
  toHost(path: string): string {
    return path.startsWith("/") ? this.#sysroot + path : `${this.cwd}/${path}`;
  }
}

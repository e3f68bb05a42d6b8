/** Lines typed in earlier sessions: `$XDG_STATE_HOME/ceratops/history`; see the XDG Base Directory Specification. */

import { dirname, join } from "node:path";

const MOST_LINES = 2000;

/** Where the history is kept; undefined if the user has no home. */
export function historyPath(environment: { get(name: string): string | undefined }): string | undefined {
  const state = environment.get("XDG_STATE_HOME");
  if (state?.startsWith("/")) return join(state, "ceratops", "history");
  const home = environment.get("HOME");
  return home === undefined || home === "" ? undefined : join(home, ".local", "state", "ceratops", "history");
}

/** The history in a file. Without a path, or if the file cannot be used, there is none. */
export class History {
  readonly #path: string | undefined;
  #last: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Lines, the newest first, as readline wants them. */
  load(): string[] {
    if (this.#path === undefined) return [];
    try {
      const lines = Deno.readTextFileSync(this.#path).split("\n").filter((line) => line !== "").slice(-MOST_LINES);
      this.#last = lines.at(-1);
      return lines.reverse();
    } catch (error) {
      if (isUnusable(error)) return [];
      throw error;
    }
  }

  /** Appends a line, unless it is empty or the same as the last. */
  add(line: string): void {
    if (this.#path === undefined || line.trim() === "" || line === this.#last) return;
    this.#last = line;
    try {
      Deno.mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      Deno.writeTextFileSync(this.#path, `${line}\n`, { append: true, mode: 0o600 });
    } catch (error) {
      if (!isUnusable(error)) throw error;
    }
  }
}

function isUnusable(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.NotCapable;
}

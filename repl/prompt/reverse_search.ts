/**
 * Ctrl-R: looks for what was typed in earlier lines, as readline(3) does.
 *
 * Keys in, what to show out. Leaves out the terminal.
 */

/** A key as node's readline tells it. */
export interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

/** What a key came to. */
export type Searched =
  /** The search goes on: what to show in place of the prompt, and the line found. */
  | { readonly kind: "on"; readonly prompt: string; readonly line: string }
  /** It has ended with a line; `key` says whether the key that ended it is still to be done. */
  | { readonly kind: "done"; readonly line: string; readonly key: boolean };

/** A search under way. */
export class ReverseSearch {
  readonly #history: readonly string[];
  readonly #before: string;
  #query = "";
  #at = 0;
  #found: string;
  #isMissing = false;

  /**
   * @param history Earlier lines, the newest first.
   * @param line What is typed already: it comes back if the search is given up.
   */
  constructor(history: readonly string[], line: string) {
    this.#history = history;
    this.#before = this.#found = line;
  }

  /** What to show. */
  get shown(): Searched {
    const state = this.#isMissing ? "failed reverse search" : "reverse search";
    return { kind: "on", prompt: `(${state})\`${this.#query}': `, line: this.#found };
  }

  #look(from: number): void {
    const at = this.#history.findIndex((line, index) => index >= from && line.includes(this.#query));
    this.#isMissing = at < 0 && this.#query !== "";
    if (at < 0) return;
    this.#at = at;
    this.#found = this.#history[at];
  }

  /** Takes a key. @param text What it types. */
  press(text: string | undefined, key: Key): Searched {
    if (key.ctrl && key.name === "r") {
      if (this.#query !== "") this.#look(this.#at + 1);
      return this.shown;
    }
    if (key.ctrl && (key.name === "g" || key.name === "c")) return { kind: "done", line: this.#before, key: false };
    if (key.name === "backspace" || key.ctrl && key.name === "h") {
      this.#query = this.#query.slice(0, -1);
      this.#look(0);
      return this.shown;
    }
    // deno-lint-ignore no-control-regex
    const isText = text !== undefined && !key.ctrl && !key.meta && /^[^\x00-\x1f\x7f]+$/.test(text);
    if (!isText) return { kind: "done", line: this.#found, key: key.name !== "escape" };
    this.#query += text;
    this.#look(this.#at);
    return this.shown;
  }
}

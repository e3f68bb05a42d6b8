/**
 * The terminal: keys, history and completion by readline, and lines that appear above the one being typed.
 *
 * The terminal is raw only while a line is read; at any other time it is the guest's.
 */

import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import process from "node:process";
import type { Output } from "../session/output.ts";
import { styleFor } from "../views/style.ts";
import type { Completion } from "./complete.ts";
import { Keys, type KeySource } from "./keys.ts";

/** What reading a line came to. */
export type Read =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "end" };

const CLEAR_BELOW = "\x1b[J";
/** Cursor movements: writing over what is there does not flicker, as clearing the screen first would. */
const [TO_TOP, CLEAR_TO_LINE_END, CLEAR_TO_SCREEN_END] = ["\x1b[H", "\x1b[K", "\x1b[J"];

/** Writes all of a text to standard output, whatever takes it. */
export function writeOut(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Columns and rows of the terminal. */
export function terminalSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch (error) {
    if (error instanceof Error) return { columns: 80, rows: 24 };
    throw error;
  }
}

/** readline's private counter of rows above the cursor. */
type Rows = { prevRows: number };
/** readline's history, the newest first. */
type Kept = { readonly history: readonly string[] };

/** A terminal with a line editor. */
export class Terminal implements Output {
  readonly style = styleFor(true, { ...optional("NO_COLOR"), ...optional("TERM") });
  readonly isTerminal = true;
  readonly #keys: Keys;
  #readline: Interface;
  readonly #complete: (line: string) => Completion;
  readonly #lines: string[] = [];
  #waiting: ((read: Read) => void) | undefined;
  #isEnded = false;
  #isClosed = false;

  /**
   * @param history Earlier lines, the newest first.
   * @param complete Completes the line up to the cursor.
   */
  constructor(source: KeySource, history: string[], complete: (line: string) => Completion) {
    this.#keys = new Keys(source);
    this.#complete = complete;
    this.#readline = this.#open(history);
  }

  #open(history: string[]): Interface {
    const readline = createInterface({
      input: this.#keys as Readable as NodeJS.ReadableStream,
      output: process.stdout,
      terminal: true,
      history,
      historySize: 2000,
      removeHistoryDuplicates: true,
      completer: this.#complete,
    });
    this.#keys.rest();
    readline.on("line", (text) => this.#deliver({ kind: "line", text }));
    readline.on("SIGINT", () => {
      writeOut("^C\n");
      this.#setLine("");
      this.#deliver({ kind: "cancelled" });
    });
    readline.on("close", () => {
      this.#isEnded = true;
      this.#deliver({ kind: "end" });
    });
    return readline;
  }

  /** Ctrl-D ends readline; who reads on after it gets another. */
  #reopen(): void {
    if (!this.#isEnded || this.#isClosed || this.#keys.readableEnded) return;
    this.#isEnded = false;
    this.#readline = this.#open([...(this.#readline as unknown as Kept).history]);
  }

  #setLine(text: string): void {
    Object.assign(this.#readline, { line: text, cursor: text.length });
  }

  #deliver(read: Read): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      if (read.kind === "line") this.#lines.push(read.text);
      return;
    }
    this.#waiting = undefined;
    this.#keys.rest();
    waiting(read);
  }

  /** Reads a line. */
  read(prompt: string): Promise<Read> {
    const early = this.#lines.shift();
    if (early !== undefined) return Promise.resolve({ kind: "line", text: early });
    this.#reopen();
    if (this.#isEnded) return Promise.resolve({ kind: "end" });
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#keys.want();
      this.#readline.setPrompt(prompt);
      this.#rows = 0;
      this.#readline.prompt(true);
    });
  }

  set #rows(rows: number) {
    (this.#readline as unknown as Rows).prevRows = rows;
  }

  get width(): number {
    return terminalSize().columns;
  }

  get height(): number {
    return terminalSize().rows;
  }

  print(lines: readonly string[] | string): void {
    const text = (typeof lines === "string" ? [lines] : lines).map((line) => `${line}\n`).join("");
    if (text === "") return;
    if (this.#waiting === undefined) return writeOut(text);
    const { rows } = this.#readline.getCursorPos();
    writeOut(`\r${rows > 0 ? `\x1b[${rows}A` : ""}${CLEAR_BELOW}${text}`);
    this.#rows = 0;
    this.#readline.prompt(true);
  }

  /**
   * A full line of blanks wraps to the next line unless the cursor is at a line's start; the cursor then goes back to
   * the start of the line it is in.
   */
  freshLine(): void {
    if (this.#waiting === undefined) writeOut(`${" ".repeat(this.width)}\r${CLEAR_BELOW}`);
  }

  repaint(lines: readonly string[]): void {
    writeOut(TO_TOP + lines.map((line) => `${line}${CLEAR_TO_LINE_END}\n`).join("") + CLEAR_TO_SCREEN_END);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#isEnded = this.#isClosed = true;
    this.#readline.close();
    this.#keys.rest();
    this.#keys.destroy();
  }
}

function optional(name: string): Record<string, string> {
  const value = Deno.env.get(name);
  return value === undefined ? {} : { [name]: value };
}

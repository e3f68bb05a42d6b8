/**
 * The terminal: keys, history and completion by readline, and lines that appear above the one being typed.
 *
 * The terminal is raw only while a line is read; at any other time it is the guest's.
 */

import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import process from "node:process";
import { standardOutput } from "../cli/output.ts";
import type { Output } from "../session/output.ts";
import { styleFor } from "../views/style.ts";
import type { Completion } from "./complete.ts";
import { Keys, type KeySource } from "./keys.ts";
import { Pager } from "./pager.ts";
import { type Key, ReverseSearch, type Searched } from "./reverse_search.ts";

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
  standardOutput.write(text);
  standardOutput.flush();
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

/** How often the typed line is drawn again while the guest writes. */
const REDRAW_MILLISECONDS = 40;

/** What of readline has no type: its lines, its counter of rows above the cursor, what it does with a key. */
interface Inner {
  prevRows: number;
  line: string;
  cursor: number;
  readonly history: readonly string[];
  _ttyWrite(text: string | undefined, key: Key): void;
}

/** A terminal with a line editor. */
export class Terminal implements Output {
  readonly style = styleFor(true, { ...optional("NO_COLOR"), ...optional("TERM") });
  readonly isTerminal = true;
  readonly #keys: Keys;
  #readline: Interface;
  readonly #complete: (line: string) => Completion;
  readonly #lines: string[] = [];
  readonly #source: KeySource;
  readonly #pager = new Pager({ height: () => this.height, write: writeOut, key: () => this.#key() });
  /** Whether the typed line is off the screen because the guest writes. */
  #isAside = false;
  #search: ReverseSearch | undefined;
  #prompt = "";
  #redraw: ReturnType<typeof setTimeout> | undefined;
  #drawn = 0;
  #waiting: ((read: Read) => void) | undefined;
  #isEnded = false;
  #isClosed = false;

  /**
   * @param history Earlier lines, the newest first.
   * @param complete Completes the line up to the cursor.
   */
  constructor(source: KeySource, history: string[], complete: (line: string) => Completion) {
    this.#source = source;
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
      completer: (line: string) => this.#offer(this.#complete(line)),
    });
    this.#followKeys(readline as unknown as Inner);
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
    this.#readline = this.#open([...this.#inner.history]);
  }

  get #inner(): Inner {
    return this.#readline as unknown as Inner;
  }

  #setLine(text: string): void {
    Object.assign(this.#readline, { line: text, cursor: text.length });
  }

  /** Ctrl-R is not readline's: its keys go to the search while one is under way. */
  #followKeys(inner: Inner): void {
    const write = inner._ttyWrite.bind(inner);
    inner._ttyWrite = (text, key) => {
      if (this.#search === undefined && !(key.ctrl && key.name === "r")) return write(text, key);
      const isNew = this.#search === undefined;
      this.#search ??= new ReverseSearch(inner.history, inner.line);
      const searched = isNew ? this.#search.shown : this.#search.press(text, key);
      this.#showSearch(searched);
      if (searched.kind === "done" && searched.key) write(text, key);
    };
  }

  #showSearch(searched: Searched): void {
    if (searched.kind === "done") this.#search = undefined;
    this.#readline.setPrompt(searched.kind === "on" ? searched.prompt : this.#prompt);
    this.#setLine(searched.line);
    this.#readline.prompt(true);
  }

  /** What the tab key offers; with nothing to choose from, how it is used. */
  #offer({ candidates, replaced, hint }: Completion): [string[], string] {
    if (hint !== undefined && (candidates.length === 0 || replaced === "")) {
      queueMicrotask(() => this.print(this.style.dim(hint)));
      return [[], ""];
    }
    return [[...candidates], replaced];
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
      this.#prompt = prompt;
      this.#readline.setPrompt(prompt);
      this.#rows = 0;
      this.#readline.prompt(true);
    });
  }

  set #rows(rows: number) {
    this.#inner.prevRows = rows;
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
    if (this.#waiting === undefined) {
      if (!this.#pager.take(text.slice(0, -1).split("\n"))) writeOut(text);
      return;
    }
    this.#erase();
    writeOut(text);
    this.#draw();
  }

  /** Takes the typed line off the screen. */
  #erase(): void {
    if (this.#isAside) return;
    const { rows } = this.#readline.getCursorPos();
    writeOut(`\r${rows > 0 ? `\x1b[${rows}A` : ""}${CLEAR_BELOW}`);
    this.#isAside = true;
  }

  /** Puts the typed line below what is on the screen. */
  #draw(): void {
    clearTimeout(this.#redraw);
    this.#redraw = undefined;
    this.#isAside = false;
    this.#drawn = performance.now();
    this.#rows = 0;
    this.#readline.prompt(true);
  }

  beforeGuestOutput(): void {
    if (this.#waiting !== undefined) this.#erase();
  }

  afterGuestOutput(): void {
    if (!this.#isAside || this.#redraw !== undefined) return;
    const draw = () => {
      this.#redraw = undefined;
      if (this.#waiting === undefined) {
        this.#isAside = false;
        return;
      }
      writeOut(this.#lineStart);
      this.#draw();
    };
    const wait = this.#drawn + REDRAW_MILLISECONDS - performance.now();
    if (wait <= 0) draw();
    else this.#redraw = setTimeout(draw, wait);
  }

  get pages(): boolean {
    return this.#pager.isOn;
  }
  set pages(isOn: boolean) {
    this.#pager.isOn = isOn;
  }

  settle(): Promise<void> {
    return this.#pager.settle();
  }

  /** Reads a key of the pager's: no line is being read. */
  async #key(): Promise<string> {
    this.#source.setRaw(true);
    try {
      const bytes = new Uint8Array(16);
      const count = await this.#source.read(bytes);
      return count === null ? "q" : new TextDecoder().decode(bytes.subarray(0, count));
    } finally {
      this.#source.setRaw(false);
    }
  }

  get #lineStart(): string {
    return `${" ".repeat(this.width)}\r${CLEAR_BELOW}`;
  }

  /**
   * A full line of blanks wraps to the next line unless the cursor is at a line's start; the cursor then goes back to
   * the start of the line it is in.
   */
  freshLine(): void {
    if (this.#waiting === undefined) writeOut(this.#lineStart);
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

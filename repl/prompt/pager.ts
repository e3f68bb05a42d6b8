/** Long output a page at a time: what does not fit waits for a key. Leaves out the terminal, which reads and writes. */

/** What the pager works on. */
export interface PagedScreen {
  /** Rows. */
  height(): number;
  write(text: string): void;
  /** The next key. */
  key(): Promise<string>;
}

const ASK = "--More-- (space: next page, Enter: next line, q: no more)";
const ERASE = "\r\x1b[K";
/** q, Ctrl-C, Ctrl-D, Escape. */
const QUITS = ["q", "Q", "\x03", "\x04", "\x1b"];

/** Lines that do not fit on the screen. */
export class Pager {
  readonly #screen: PagedScreen;
  #rest: string[] = [];
  /** Whether long output waits at all. */
  isOn = true;

  constructor(screen: PagedScreen) {
    this.#screen = screen;
  }

  /** Takes lines over that are too many for the screen, or that follow such. @returns Whether it did. */
  take(lines: readonly string[]): boolean {
    const page = this.#screen.height() - 1;
    if (this.#rest.length === 0 && (!this.isOn || lines.length <= page)) return false;
    if (this.#rest.length === 0) {
      this.#write(lines.slice(0, page));
      this.#rest = lines.slice(page);
    } else this.#rest.push(...lines);
    return true;
  }

  #write(lines: readonly string[]): void {
    this.#screen.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Shows what waits, as keys say. */
  async settle(): Promise<void> {
    while (this.#rest.length > 0) {
      this.#screen.write(ASK);
      const key = await this.#screen.key();
      this.#screen.write(ERASE);
      if (QUITS.includes(key)) this.#rest = [];
      else this.#write(this.#rest.splice(0, /^[\r\nj]/.test(key) ? 1 : this.#screen.height() - 1));
    }
  }
}

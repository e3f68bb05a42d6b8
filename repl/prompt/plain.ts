/**
 * Lines from a pipe, a file or a terminal that can do nothing, and output without colours or cursor movement.
 *
 * Bytes are read one by one: what follows a line is left to the guest, as a shell leaves it to its commands.
 */

import type { Output } from "../session/output.ts";
import { PLAIN } from "../views/style.ts";
import type { Read } from "./terminal.ts";

const NEWLINE = 10;

/** Where bytes come from: {@linkcode Deno.stdin}, or a stream. */
export interface ByteReader {
  /** Reads at most as many bytes as fit. @returns Their number, or null at the end. */
  read(bytes: Uint8Array): Promise<number | null>;
}

/** A reader over a stream. */
export function readerOf(stream: ReadableStream<Uint8Array>): ByteReader {
  const reader = stream.getReader();
  let rest = new Uint8Array();
  return {
    async read(bytes) {
      while (rest.length === 0) {
        const { value, done } = await reader.read();
        if (done) return null;
        rest = new Uint8Array(value);
      }
      const count = Math.min(bytes.length, rest.length);
      bytes.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
  };
}

/** Input and output without a line editor. */
export class Plain implements Output {
  readonly style = PLAIN;
  readonly isTerminal = false;
  readonly width = 100;
  readonly height = 24;
  pages = false;
  readonly #reader: ByteReader;
  readonly #write: (text: string) => void;
  readonly #showsPrompt: boolean;
  #cancel: (() => void) | undefined;
  /** A read that a cancelled line left under way. */
  #pending: Promise<Read> | undefined;

  /** @param showsPrompt Whether a person is there to see it. */
  constructor(reader: ByteReader, write: (text: string) => void, showsPrompt: boolean) {
    this.#reader = reader;
    this.#write = write;
    this.#showsPrompt = showsPrompt;
  }

  /** Reads a line. */
  async read(prompt: string): Promise<Read> {
    if (this.#showsPrompt) this.#write(prompt);
    const cancelled = new Promise<Read>((resolve) => this.#cancel = () => resolve({ kind: "cancelled" }));
    this.#pending ??= this.#line();
    const read = await Promise.race([this.#pending, cancelled]);
    this.#cancel = undefined;
    if (read.kind !== "cancelled") this.#pending = undefined;
    return read;
  }

  async #line(): Promise<Read> {
    const bytes: number[] = [];
    const one = new Uint8Array(1);
    for (;;) {
      const count = await this.#reader.read(one);
      if (count === null) return bytes.length === 0 ? { kind: "end" } : { kind: "line", text: decode(bytes) };
      if (one[0] === NEWLINE) return { kind: "line", text: decode(bytes) };
      bytes.push(one[0]);
    }
  }

  /** Gives the line up that is being read: Ctrl-C. */
  cancel(): void {
    if (this.#cancel === undefined) return;
    this.#write("\n");
    this.#cancel();
  }

  print(lines: readonly string[] | string): void {
    this.#write((typeof lines === "string" ? [lines] : lines).map((line) => `${line}\n`).join(""));
  }

  /** Nothing tells where the guest's output ended. */
  freshLine(): void {}

  /** Nothing waits. */
  settle(): Promise<void> {
    return Promise.resolve();
  }

  /** What is being typed is not drawn again: the terminal does the editing. */
  beforeGuestOutput(): void {}

  /** See {@linkcode Plain.beforeGuestOutput}. */
  afterGuestOutput(): void {}

  repaint(lines: readonly string[]): void {
    this.print(lines);
  }

  /** Nothing to give back. */
  close(): void {}
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, "");
}

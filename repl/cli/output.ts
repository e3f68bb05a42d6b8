/**
 * Where reports and messages go: a file, or a stream, written in full even if it is a pipe that takes little at a time.
 *
 * A reader that goes away (EPIPE) ends the output quietly. Leaves out what is written.
 */

import { resolve } from "node:path";
import { HostStream, type ReportOutput } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";

interface Target {
  writeSync(bytes: Uint8Array): number;
}

/** Text is collected up to this size before it is written. */
const CHUNK = 1 << 16;
const RETRY_MILLISECONDS = 2;

/** A text output. Call {@linkcode Output.flush} at the end. */
export class Output implements ReportOutput {
  readonly #target: Target;
  #text = "";
  #isGone = false;
  /** Whether escape sequences for colours are welcome. */
  readonly hasColors: boolean;

  constructor(target: Target, hasColors = false) {
    this.#target = target;
    this.hasColors = hasColors;
  }

  /**
   * Opens a file for output; what it held is gone.
   *
   * @throws {CommandLineError} If the file cannot be written.
   */
  static file(path: string): Output {
    try {
      return new Output(Deno.openSync(resolve(path), { write: true, create: true, truncate: true }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new CommandLineError(`Cannot write to ${path}: ${error.message}`, STATUS.failed);
    }
  }

  /** Writes text, perhaps not at once. */
  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK) this.flush();
  }

  /** Writes bytes, after the text before them. */
  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.#writeAll(bytes);
  }

  /** Writes a line at once. */
  line(text: string): void {
    this.write(`${text}\n`);
    this.flush();
  }

  /** Writes what is left. */
  flush(): void {
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#writeAll(new TextEncoder().encode(text));
  }

  #writeAll(bytes: Uint8Array): void {
    while (bytes.length > 0 && !this.#isGone) bytes = bytes.subarray(this.#writeSome(bytes));
  }

  #writeSome(bytes: Uint8Array): number {
    try {
      return this.#target.writeSync(bytes);
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) {
        this.#isGone = true;
        return 0;
      }
      if (error instanceof Deno.errors.Interrupted) return 0;
      // The stream is shared with others, and one of them made it non-blocking.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
      return 0;
    }
  }
}

function welcomesColors(stream: { isTerminal(): boolean }): boolean {
  return stream.isTerminal() && !Deno.env.get("NO_COLOR") && Deno.env.get("TERM") !== "dumb";
}

/** Standard output. */
export const standardOutput: Output = new Output(new HostStream(1), welcomesColors(Deno.stdout));
/** Standard error. */
export const standardError: Output = new Output(new HostStream(2), welcomesColors(Deno.stderr));

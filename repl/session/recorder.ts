/**
 * Records what is typed and what it prints as a transcript: text, or Markdown with the text in a block.
 *
 * What the guest itself writes goes past the session, and is not in it. Leaves out reading transcripts: transcript.ts.
 */

import { stripVTControlCharacters } from "node:util";
import type { Style } from "../views/style.ts";
import type { Output } from "./output.ts";
import { CommandError } from "./errors.ts";
import { fenceEnd, fenceStart, inputLines } from "./transcript.ts";

/** A file that is being recorded to. */
interface Recording {
  readonly path: string;
  readonly file: Deno.FsFile;
}

/** An output that keeps what passes. */
export class Recorder implements Output {
  readonly #out: Output;
  #recording: Recording | undefined;
  #taken: string[] | undefined;

  constructor(out: Output) {
    this.#out = out;
  }

  get style(): Style {
    return this.#out.style;
  }

  get width(): number {
    return this.#out.width;
  }

  get height(): number {
    return this.#out.height;
  }

  get isTerminal(): boolean {
    return this.#out.isTerminal;
  }

  print(lines: readonly string[] | string): void {
    this.#out.print(lines);
    const plain = (typeof lines === "string" ? [lines] : lines).map(stripVTControlCharacters);
    this.#taken?.push(...plain);
    this.#write(plain);
  }

  freshLine(): void {
    this.#out.freshLine();
  }

  get pages(): boolean {
    return this.#out.pages;
  }
  set pages(isOn: boolean) {
    this.#out.pages = isOn;
  }

  settle(): Promise<void> {
    return this.#out.settle();
  }

  beforeGuestOutput(): void {
    this.#out.beforeGuestOutput();
  }

  afterGuestOutput(): void {
    this.#out.afterGuestOutput();
  }

  repaint(lines: readonly string[]): void {
    this.#out.repaint(lines);
  }

  /** Hears of what was typed, which the terminal has shown already. */
  typed(text: string): void {
    this.#write(inputLines(text));
  }

  #write(lines: readonly string[]): void {
    if (this.#recording === undefined) return;
    const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
    for (let at = 0; at < bytes.length;) at += this.#recording.file.writeSync(bytes.subarray(at));
  }

  /** Where it records to. */
  get path(): string | undefined {
    return this.#recording?.path;
  }

  /**
   * Begins to record; what the file held is gone.
   *
   * @param title Heads a Markdown file.
   * @throws {CommandError} If it records already, or the file cannot be written.
   */
  start(path: string, title: string): void {
    if (this.#recording !== undefined) {
      throw new CommandError(`Cannot record to ${path}: ${this.#recording.path} is being recorded; \`record stop\``);
    }
    try {
      this.#recording = { path, file: Deno.openSync(path, { write: true, create: true, truncate: true }) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new CommandError(`Cannot record to ${path}: ${error.message}`);
    }
    this.#write(fenceStart(path, title));
  }

  /** Ends the recording. @returns Its path, if there was one. */
  stop(): string | undefined {
    const recording = this.#recording;
    if (recording === undefined) return undefined;
    this.#write(fenceEnd(recording.path));
    recording.file.close();
    this.#recording = undefined;
    return recording.path;
  }

  /** Adds what is printed to a list, too, until another or none is given. */
  collect(lines: string[] | undefined): void {
    this.#taken = lines;
  }
}

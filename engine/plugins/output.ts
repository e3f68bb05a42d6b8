/** Where plugins write: what they write while the guest runs is gathered, and what they report may be JSON or bytes. */

import type { PluginOutput, Report, ReportOutput } from "../plugin.ts";
import { PluginError } from "./errors.ts";

const FLUSH_AT = 1 << 16;

/** Text as its bytes. */
class Encoded {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length;
  }
}

/** What a plugin writes while the guest runs: handed on in large pieces, or kept until the report. */
export class RunningOutput implements PluginOutput {
  readonly #target: ReportOutput | undefined;
  readonly #plugin: string;
  readonly #parts: (string | Uint8Array | Encoded)[] = [];
  #length = 0;

  /**
   * @param target Where it goes; without one it is kept until {@linkcode RunningOutput.handOver}.
   * @param plugin Who writes.
   */
  constructor(target: ReportOutput | undefined, plugin: string) {
    this.#target = target;
    this.#plugin = plugin;
  }

  get hasColors(): boolean {
    return this.#target?.hasColors ?? false;
  }

  write(text: string): void {
    this.#add(text);
  }

  writeBytes(bytes: Uint8Array): void {
    if (!this.#passOn(bytes)) this.#add(bytes.slice());
  }

  writeEncoded(text: Uint8Array): void {
    if (!this.#passOn(text)) this.#add(new Encoded(text.slice()));
  }

  /** Hands on large pieces without a copy. @returns Whether this is one. */
  #passOn(bytes: Uint8Array): boolean {
    if (bytes.length < FLUSH_AT || this.#target?.writeBytes === undefined) return false;
    this.flush();
    this.#target.writeBytes(bytes);
    return true;
  }

  #add(part: string | Uint8Array | Encoded): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length >= FLUSH_AT) this.flush();
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#target !== undefined) this.handOver(this.#target);
  }

  /** Hands what was gathered to an output. @throws {PluginError} If there are bytes, and it takes text only. */
  handOver(output: ReportOutput): void {
    const parts = this.#parts.splice(0);
    this.#length = 0;
    let text: string[] = [];
    const writeText = () => {
      if (text.length > 0) output.write(text.join(""));
      text = [];
    };
    for (const part of parts) {
      if (typeof part === "string") text.push(part);
      else if (part instanceof Encoded) {
        writeText();
        if (output.writeBytes !== undefined) output.writeBytes(part.bytes);
        else output.write(new TextDecoder().decode(part.bytes));
      } else {
        writeText();
        if (output.writeBytes === undefined) throw binaryError(this.#plugin, "binary");
        output.writeBytes(part);
      }
    }
    writeText();
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.#parts.length = 0;
    this.#length = 0;
  }
}

function binaryError(plugin: string, format: string): PluginError {
  return new PluginError(plugin, `its ${format} report is binary; have it written to a file`);
}

/** What a plugin's report is written to: it is gathered, and handed on in large pieces. */
export class GatheredReport implements Report {
  readonly format: string;
  readonly hasColors: boolean;
  readonly #output: RunningOutput;
  readonly #takesBytes: boolean;
  readonly #plugin: string;

  constructor(output: ReportOutput, format: string, plugin: string) {
    this.format = format;
    this.hasColors = output.hasColors ?? false;
    this.#output = new RunningOutput(output, plugin);
    this.#takesBytes = output.writeBytes !== undefined;
    this.#plugin = plugin;
  }

  write = (text: string): void => this.#output.write(text);

  writeBytes = (bytes: Uint8Array): void => {
    if (!this.#takesBytes) throw binaryError(this.#plugin, this.format);
    this.#output.writeBytes(bytes);
  };

  writeJson = (value: unknown): void => this.#output.write(`${JSON.stringify(value, bigintAsText, 2)}\n`);

  /** Hands on what was gathered. */
  flush(): void {
    this.#output.flush();
  }
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `0x${value.toString(16)}` : value;
}

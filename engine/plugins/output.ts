/** Where plugins write: what they write while the guest runs is gathered, and what they report may be JSON or bytes. */

import type { Report, ReportOutput } from "../plugin.ts";
import { PluginError } from "./errors.ts";

const FLUSH_AT = 1 << 16;

/** What a plugin writes while the guest runs: handed on in large pieces, or kept until the report. */
export class RunningOutput implements ReportOutput {
  readonly #target: ReportOutput | undefined;
  readonly #parts: string[] = [];
  #length = 0;

  /** @param target Where it goes; without one it is kept until {@linkcode RunningOutput.take}. */
  constructor(target: ReportOutput | undefined) {
    this.#target = target;
  }

  get hasColors(): boolean {
    return this.#target?.hasColors ?? false;
  }

  write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= FLUSH_AT) this.flush();
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#target === undefined || this.#length === 0) return;
    this.#target.write(this.take());
  }

  /** Takes what was gathered. */
  take(): string {
    const text = this.#parts.join("");
    this.#parts.length = 0;
    this.#length = 0;
    return text;
  }
}

/** Makes what a plugin's report is written to. */
export function reportTo(output: ReportOutput, format: string, plugin: string): Report {
  return {
    format,
    hasColors: output.hasColors ?? false,
    write: (text) => output.write(text),
    writeBytes(bytes) {
      if (output.writeBytes === undefined) {
        throw new PluginError(plugin, `its ${format} report is binary; have it written to a file`);
      }
      output.writeBytes(bytes);
    },
    writeJson: (value) => output.write(`${JSON.stringify(value, bigintAsText, 2)}\n`),
  };
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `0x${value.toString(16)}` : value;
}

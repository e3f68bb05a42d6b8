/** Runs the plugins of a guest: tells them of code before it first runs, and of code that is no more. */

import type { Plugin, PluginSettings, ReportOutput } from "./plugin.ts";
import type { AnnouncedBlock } from "./plugins/code.ts";
import type { PluginGround } from "./plugins/ground.ts";
import { type PluginHandle, PluginInstance } from "./plugins/instance.ts";

export { PluginError } from "./plugins/errors.ts";
export type { PluginGround } from "./plugins/ground.ts";
export type { PluginHandle } from "./plugins/instance.ts";
export { pluginFormats, pluginParameters } from "./plugins/parameters.ts";

/** How a plugin is used. */
export interface UseOptions {
  /** Where it writes while the guest runs; without it, what it writes is kept until its report. */
  readonly output?: ReportOutput;
}

/** The plugins of one guest. */
export class PluginHost {
  readonly #ground: PluginGround;
  readonly #used: PluginInstance[] = [];
  /** Blocks that were announced and whose code is still there. */
  readonly #blocks = new Map<number, AnnouncedBlock>();

  constructor(ground: PluginGround) {
    this.#ground = ground;
    ground.machine.ledger.onLeave = (start, pc) => this.#used.forEach((used) => used.left(start, pc));
  }

  /** Plugins in use, in the order they were put to use. */
  list(): readonly PluginHandle[] {
    return this.#used;
  }

  /**
   * Puts a plugin to use.
   *
   * @param params Its parameters' values by name, as texts.
   * @throws {PluginError} If a parameter is unknown or does not fit.
   */
  use<P extends PluginSettings>(
    plugin: Plugin<P>,
    params: Readonly<Record<string, string>>,
    options: UseOptions = {},
  ): PluginHandle {
    const used = new PluginInstance(
      ...[plugin as unknown as Plugin, params, options.output, this.#blocks, this.#ground] as const,
    );
    this.#used.push(used);
    return used;
  }

  /** A block is about to run for the first time. */
  translated(key: number, start: number, size: number): void {
    const block = { key, start, size };
    this.#blocks.set(key, block);
    for (const used of this.#used) used.translated(block);
  }

  /** A block's code is no more. */
  retired(key: number): void {
    this.#blocks.delete(key);
    for (const used of this.#used) used.retired(key);
  }

  /** Hands on what plugins wrote while the guest ran. */
  flush(): void {
    for (const used of this.#used) used.flush();
  }
}

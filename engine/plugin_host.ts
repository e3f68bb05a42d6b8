/** Runs the plugins of a guest. */

import type { Plugin, PluginSettings, ReportOutput } from "./plugin.ts";
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

  constructor(ground: PluginGround) {
    this.#ground = ground;
    ground.machine.ledger.onLeave = (start, pc) => {
      ground.machine.flow.deliver();
      this.#used.forEach((used) => used.left(start, pc));
    };
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
      ...[plugin as unknown as Plugin, params, options.output, this.#ground] as const,
    );
    this.#used.push(used);
    this.#ground.translations.follow(used);
    return used;
  }

  /** Has all plugins count from zero, because another program runs. */
  reset(): void {
    for (const used of this.#used) used.reset();
  }

  /** Hands on what plugins wrote while the guest ran. */
  flush(): void {
    for (const used of this.#used) used.flush();
  }
}

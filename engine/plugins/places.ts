/** What a plugin attached by the name of a place: called while the plugin is enabled, wherever its code is. */

import type { GuestContext } from "../context.ts";
import type { Hook } from "../hooks/hook.ts";
import type { CallHandlers } from "../hooks/intercept.ts";
import type { Location } from "../hooks/registry.ts";
import type { PluginGround } from "./ground.ts";

/** Runs the plugin's code. */
type Guard = (work: () => unknown) => void;

/** The places of one plugin. */
export class Places {
  readonly #ground: PluginGround;
  readonly #guarded: Guard;
  readonly #isEnabled: () => boolean;
  readonly #hooks: Hook[] = [];

  constructor(ground: PluginGround, guarded: Guard, isEnabled: () => boolean) {
    this.#ground = ground;
    this.#guarded = guarded;
    this.#isEnabled = isEnabled;
  }

  /** See `PluginApi.onPlace`. */
  onPlace(where: Location, callback: (cpu: GuestContext) => void): void {
    this.#add(where, () => this.#guarded(() => callback(this.#ground.context)));
  }

  /** See `PluginApi.onCall`. */
  onCall(where: Location, handlers: CallHandlers): void {
    const { calls } = this.#ground;
    const guarded: CallHandlers = {
      onEnter: (args, call) => this.#guarded(() => handlers.onEnter?.(args, call)),
      onLeave: (result, call) => {
        let replacement: bigint | void | Promise<bigint | void> = undefined;
        if (this.#isEnabled()) this.#guarded(() => replacement = handlers.onLeave?.(result, call));
        return replacement;
      },
    };
    this.#add(where, (hook, address) => calls.enter(hook, address, guarded));
  }

  /** See `PluginApi.onInstructionCount`. */
  onInstructionCount(count: number, callback: (cpu: GuestContext) => void): void {
    this.#ground.onInstructionCount(count, () => {
      if (this.#isEnabled()) this.#guarded(() => callback(this.#ground.context));
    });
  }

  #add(where: Location, run: (hook: Hook, address: number) => void): void {
    const hook = this.#ground.hooks.add(where, run, { pending: true });
    if (!this.#isEnabled()) hook.disable();
    this.#hooks.push(hook);
  }

  /** Attaches and detaches, after the plugin was enabled or disabled. */
  settle(): void {
    for (const hook of this.#hooks) {
      if (this.#isEnabled()) hook.enable();
      else hook.disable();
    }
  }
}

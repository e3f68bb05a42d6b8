/**
 * What scripts import by name: ways to attach to the guest at hand, without naming it.
 *
 *     import { hook } from "ceratops";
 *     hook("main", (cpu) => console.log(cpu.args[0]));
 *
 * The guest at hand is that of `ceratops run` or of the prompt. Leaves out programs that use the library by themselves:
 * they have an `Emulator`, which has the same by the same names.
 */

import type { CodeKind } from "./code_hooks.ts";
import type { Emulator } from "./emulator.ts";
import type { CodeHookOptions, HookOptions } from "./instrumented_process.ts";
import type { GuestEventMap, GuestEventName, Listener } from "./events.ts";
import type { GuestContext } from "./context.ts";
import type { Hook } from "./hooks/hook.ts";
import type { CallHandlers } from "./hooks/intercept.ts";
import type { SyscallHandlers, SyscallHook } from "./hooks/syscalls.ts";
import type { WatchEvent, WatchKind, Watchpoint } from "./hooks/watchpoints.ts";
import { Owner } from "./owner.ts";

/** A command of the prompt that a script defines. */
export interface ScriptCommand {
  /** How it is written: `greet [NAME]`; by default the name alone. */
  readonly usage?: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What more there is to know. */
  readonly details?: string;
  /** Lines that can be typed as they are; by default the usage. */
  readonly example?: string;
  /** Does it. @param text What follows the name. @returns A value to show, if it is not undefined. */
  run(text: string): unknown;
}

/** Who runs scripts. */
export interface ScriptHost {
  /** The guest at hand. */
  readonly emulator: Emulator;
  /** Adds a command to the prompt. */
  command(name: string, command: ScriptCommand): Disposable;
  /** Opens the prompt over the guest at hand. */
  repl(values: Readonly<Record<string, unknown>>): Promise<void>;
}

let host: ScriptHost | undefined;

/** Makes somebody the one who runs scripts, until it is disposed of. */
export function hostScripts(next: ScriptHost): Disposable {
  const before = host;
  host = next;
  return {
    [Symbol.dispose]() {
      host = before;
    },
  };
}

function theHost(): ScriptHost {
  if (host !== undefined) return host;
  throw new Error(
    "Cannot attach: no guest is at hand; this is for scripts of ceratops run and repl, else use Emulator.open",
  );
}

/** The guest at hand. @throws {Error} If there is none. */
export function guest(): Emulator {
  return theHost().emulator;
}

/** Attaches a closure to a place, as `Emulator.hook` does. @throws {Error} If no guest is at hand. */
export function hook(
  where: Parameters<Emulator["hook"]>[0],
  handler: (cpu: GuestContext, hook: Hook) => void,
  options?: HookOptions,
): Hook {
  return guest().hook(where, handler, options);
}

/** Attaches a closure to a kind of code, as `Emulator.hookEvery` does. @throws {Error} If no guest is at hand. */
export function hookEvery(
  kind: CodeKind,
  handler: (cpu: GuestContext, hook: Hook) => void,
  options?: CodeHookOptions,
): Hook {
  return guest().hookEvery(kind, handler, options);
}

/** Attaches closures to calls of functions, as `Emulator.intercept` does. @throws {Error} If no guest is at hand. */
export function intercept(
  where: Parameters<Emulator["intercept"]>[0],
  handlers: CallHandlers,
  options?: HookOptions,
): Hook {
  return guest().intercept(where, handlers, options);
}

/** Attaches closures to system calls, as `Emulator.hookSyscall` does. @throws {Error} If no guest is at hand. */
export function hookSyscall(names: string | readonly string[] | RegExp, handlers: SyscallHandlers): SyscallHook {
  return guest().hookSyscall(names, handlers);
}

/** Attaches a closure to a range of memory, as `Emulator.watch` does. @throws {Error} If no guest is at hand. */
export function watch(
  where: string | bigint,
  size: number,
  handler: (event: WatchEvent, cpu: GuestContext) => void,
  kind?: WatchKind,
): Watchpoint {
  return guest().watch(where, size, handler, kind);
}

/** Attaches a closure to an event, as `Emulator.on` does. @throws {Error} If no guest is at hand. */
export function on<K extends GuestEventName>(
  event: K,
  handler: (value: GuestEventMap[K], cpu: GuestContext) => void,
): Listener {
  return guest().on(event, handler);
}

/**
 * Adds a command to the prompt; without a prompt, nothing. `help` shows it, and the tab key completes it.
 *
 * @throws {Error} If there is a command of that name, or no guest is at hand.
 */
export function command(name: string, definition: ScriptCommand): Disposable {
  const run = Owner.bind(definition.run.bind(definition));
  return Owner.note(theHost().command(name, { ...definition, run }));
}

/**
 * Opens the prompt. In an `async` closure, `await repl()` holds the guest at the instruction at hand: it can be looked
 * at and changed there, and `quit` has the closure go on, and then the guest.
 *
 * @param values Put into the prompt's scope by their names.
 * @throws {Error} If no guest is at hand.
 */
export function repl(values: Readonly<Record<string, unknown>> = {}): Promise<void> {
  return theHost().repl(values);
}

/**
 * Closures at other things than places, as targets: calls of functions, kinds of code, memory, system calls, events.
 *
 * Each is attached to the guest at hand as `Emulator` does it by the same name, and again to each new run. Leaves out
 * saving them: a session's file has closures at places only.
 */

import type {
  CallHandlers,
  CodeHookOptions,
  CodeKind,
  Emulator,
  GuestContext,
  GuestEventMap,
  GuestEventName,
  Location,
  SyscallHandlers,
  WatchEvent,
  WatchKind,
} from "../../mod.ts";
import type { Attached, Target } from "./attachment.ts";

function placeText(where: Location): string {
  return typeof where === "bigint" ? `0x${where.toString(16)}` : String(where);
}

function target(where: string, attach: Target["attach"]): Target {
  return { kind: "hook", type: "hook", where, source: "", attach };
}

/** Has something that is nowhere in the code be enabled and disabled. @param isOn Asked before it is called. */
function switchable(attach: (isOn: () => boolean) => { detach(): void }, addresses: readonly bigint[] = []): Attached {
  let isOn = true;
  const attached = attach(() => isOn);
  return {
    addresses,
    isPending: false,
    enable: () => void (isOn = true),
    disable: () => void (isOn = false),
    detach: () => attached.detach(),
  };
}

/** Closures at the entry and return of functions. */
export function interceptTarget(where: Location, { onEnter, onLeave }: CallHandlers): Target {
  return target(`calls of ${placeText(where)}`, (emulator, hit, pending) =>
    emulator.intercept(where, {
      onEnter(args, call) {
        hit(emulator.cpu);
        return onEnter?.(args, call);
      },
      ...(onLeave === undefined ? {} : { onLeave }),
    }, { pending }));
}

/** A closure that does a function's work. */
export function replaceTarget(where: Location, work: (...args: bigint[]) => bigint): Target {
  return target(`in place of ${placeText(where)}`, (emulator, hit, pending) =>
    emulator.replace(where, (...args) => {
      hit(emulator.cpu);
      return work(...args);
    }, { pending }));
}

/** A closure at every instruction of a kind, or every block. */
export function codeTarget(
  kind: CodeKind,
  closure: (cpu: GuestContext) => unknown,
  options: CodeHookOptions = {},
): Target {
  return target(`every ${kind}`, (emulator, hit) =>
    emulator.hookEvery(kind, (cpu) => {
      hit(cpu);
      return closure(cpu) as void;
    }, options));
}

/** A closure behind each access to memory. */
export function accessTarget(
  where: string | bigint,
  size: number,
  closure: (event: WatchEvent, cpu: GuestContext) => void,
  kind: WatchKind = "write",
): Target {
  return target(`${kind} of ${placeText(where)}`, (emulator, hit) => {
    const watch = (isOn: () => boolean) =>
      emulator.watch(where, size, (event, cpu) => {
        if (!isOn()) return;
        hit(cpu);
        closure(event, cpu);
      }, kind);
    return switchable(watch, [typeof where === "bigint" ? where : emulator.symbols.find(where).address]);
  });
}

/** Closures at the entry and exit of system calls. */
export function syscallsTarget(
  names: string | readonly string[] | RegExp,
  { onEnter, onLeave }: SyscallHandlers,
): Target {
  return target(`system calls ${names}`, (emulator, hit) =>
    switchable((isOn) =>
      emulator.hookSyscall(names, {
        onEnter(event) {
          if (!isOn()) return;
          hit(emulator.cpu);
          return onEnter?.(event);
        },
        onLeave: (event) => isOn() ? onLeave?.(event) : undefined,
      })
    ));
}

/** A closure at an event of the guest. */
export function eventTarget<K extends GuestEventName>(
  event: K,
  closure: (value: GuestEventMap[K], cpu: GuestContext) => void,
): Target {
  return target(`event ${event}`, (emulator: Emulator, hit) =>
    switchable((isOn) =>
      emulator.on(event, (value, cpu) => {
        if (!isOn()) return;
        hit(cpu);
        closure(value, cpu);
      })
    ));
}

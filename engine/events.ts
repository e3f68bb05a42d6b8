/** What happens to a guest as a whole, and closures that are told of it. */

import type { InstrumentedProcess } from "./instrumented_process.ts";
import type { ArrivingSignal } from "./linux/observers.ts";
import { signalName } from "./linux/abi/signals.ts";
import type { Process } from "./linux/process.ts";
import type { Thread } from "./linux/threads.ts";
import type { StopReason } from "./stop_reason.ts";
import type { Image } from "./symbols/mod.ts";

/** A signal that the guest is about to get. */
export interface SignalEvent {
  /** Such as `SIGSEGV`. */
  readonly name: string;
  /** Its number. */
  readonly signal: number;
  /** `si_code` of sigaction(2). */
  readonly code: number;
  /** The address that a fault is about. */
  readonly address?: bigint;
  /** Drops the signal: the guest does not get it. */
  discard(): void;
}

/** A thread that begins or ends. */
export interface ThreadEvent {
  /** What it does; when it ends, nothing more of it runs. */
  readonly what: "begins" | "ends";
  /** Its id. */
  readonly id: number;
  /** Its number in its process, from 1. */
  readonly number: number;
  /** Id of the process it is in. */
  readonly process: number;
}

/** A process that begins, runs another program, or ends. */
export interface ProcessEvent {
  /** What it does: nothing of what begins has run, nothing more of what ends runs. */
  readonly what: "begins" | "executes" | "ends";
  /** Its id. */
  readonly id: number;
  /** Id of its parent. */
  readonly parent: number;
  /** Path of its program. */
  readonly path: string;
  /** Whether it uses its parent's memory until it runs a program, as after vfork(2) and posix_spawn(3). */
  readonly sharesMemory: boolean;
  /** The status that it exited with, if it has. */
  readonly status?: number;
  /** The signal that ended it, such as `SIGKILL`, if one did. */
  readonly signal?: string;
  /**
   * What can be attached to it, if processes are followed and it does not share its parent's memory. What is counted
   * is there until the closure that hears of its end has returned.
   */
  readonly instruments?: InstrumentedProcess;
}

/** The events by name, and what their closures get. */
export interface GuestEventMap {
  /**
   * A signal is about to be delivered, unless the guest ignores it. For a fault, the guest is at the instruction that
   * caused it, and stopping there lets one look before the signal takes its effect.
   */
  readonly signal: SignalEvent;
  /** An image was mapped: its symbols are known, nothing of it has run. */
  readonly image: Image;
  /** A thread of any process begins or ends. */
  readonly thread: ThreadEvent;
  /** A process other than the program begins or ends, or any process runs another program. */
  readonly process: ProcessEvent;
  /** The guest ended. */
  readonly exit: StopReason;
}

/** The name of an event. */
export type GuestEventName = keyof GuestEventMap;

/** A closure that is told of an event. `using` detaches it at the end of a block. */
export interface Listener extends Disposable {
  /** What it is told of. */
  readonly event: GuestEventName;
  /** How often it was called. */
  readonly hits: number;
  /** Takes it away for good. */
  detach(): void;
}

type Handlers = { readonly [K in GuestEventName]: Set<(value: GuestEventMap[K]) => void> };

/** The closures of a guest that are told of events. */
export class EventListeners {
  readonly #handlers: Handlers = {
    ...{ signal: new Set(), image: new Set(), exit: new Set() },
    ...{ thread: new Set(), process: new Set() },
  };

  /** Has a closure told of an event from now on. */
  add<K extends GuestEventName>(event: K, handler: (value: GuestEventMap[K]) => void): Listener {
    const handlers: Set<(value: GuestEventMap[K]) => void> = this.#handlers[event];
    let hits = 0;
    const told = (value: GuestEventMap[K]) => {
      hits++;
      handler(value);
    };
    handlers.add(told);
    const detach = () => void handlers.delete(told);
    return {
      event,
      get hits() {
        return hits;
      },
      detach,
      [Symbol.dispose]: detach,
    };
  }

  /** Tells of an event. */
  tell<K extends GuestEventName>(event: K, value: GuestEventMap[K]): void {
    const handlers: Set<(value: GuestEventMap[K]) => void> = this.#handlers[event];
    for (const handler of [...handlers]) if (handlers.has(handler)) handler(value);
  }
}

/** The event of a signal. */
export function signalEvent({ info, discard }: ArrivingSignal): SignalEvent {
  const { signal, code, address } = info;
  return { name: signalName(signal), signal, code, ...(address === undefined ? {} : { address }), discard };
}

/** The event of a thread. */
export function threadEvent(process: Process, { tid, number }: Thread, what: ThreadEvent["what"]): ThreadEvent {
  return { what, id: tid, number, process: process.pid };
}

/** The event of a process. */
export function processEvent(
  process: Process,
  what: ProcessEvent["what"],
  instruments: InstrumentedProcess | undefined,
): ProcessEvent {
  const { pid, parent, executable, ending, table } = process;
  return {
    ...{ what, id: pid, parent, path: executable, sharesMemory: table.isShared(process, "space") },
    ...(ending?.kind === "exited" ? { status: ending.status } : {}),
    ...(instruments === undefined ? {} : { instruments }),
    ...(ending?.kind === "signalled" ? { signal: signalName(ending.signal) } : {}),
  };
}

/** What happens to a guest as a whole, and closures that are told of it. */

import type { ArrivingSignal } from "./linux/observers.ts";
import { signalName } from "./linux/abi/signals.ts";
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

/** The events by name, and what their closures get. */
export interface GuestEventMap {
  /**
   * A signal is about to be delivered, unless the guest ignores it. For a fault, the guest is at the instruction that
   * caused it, and stopping there lets one look before the signal takes its effect.
   */
  readonly signal: SignalEvent;
  /** An image was mapped: its symbols are known, nothing of it has run. */
  readonly image: Image;
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
  readonly #handlers: Handlers = { signal: new Set(), image: new Set(), exit: new Set() };

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

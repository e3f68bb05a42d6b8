/**
 * Delivery of signals, between slices: takes the next one, and has the thread run its handler, or the process end. See signal(7).
 */

import { defaultAction, SA, SIG_DFL, SIG_IGN, SIGNAL, signalBit } from "../abi/signals.ts";
import type { Process } from "../process.ts";
import { forceSignal, type SignalAction } from "../signals.ts";
import { stopProcess } from "../stops.ts";
import { pushFrame } from "./frame.ts";
import { kernelSignal, type SignalInfo } from "./siginfo.ts";
import { SI } from "../abi/signals.ts";

/** A signal that has a handler. */
export interface HandledSignal {
  readonly info: SignalInfo;
  readonly action: SignalAction;
}

/**
 * Takes the pending signal that comes next. One whose default action ends the process sets its ending.
 *
 * @returns The signal, if it has a handler.
 */
export function takeSignal(process: Process): HandledSignal | undefined {
  const { signals } = process.thread;
  const info = signals.takeNext();
  if (info === undefined) return undefined;
  const action = process.signals.action(info.signal);
  if (action.handler === SIG_IGN) return undefined;
  if (action.handler !== SIG_DFL) return { info, action };
  const effect = defaultAction(info.signal);
  if (effect === "terminate" || effect === "core") {
    process.ending = { kind: "signalled", signal: info.signal, core: effect === "core", info };
  }
  if (effect === "stop") stopProcess(process, info.signal);
  return undefined;
}

/** Has the thread run a signal's handler. If there is no room for its frame, SIGSEGV is forced. */
export function enterHandler(process: Process, { info, action }: HandledSignal): void {
  const { signals } = process.thread;
  const { signal } = info;
  if (!pushFrame(process, info, action)) return failFrame(process, signal);
  if (action.flags & SA.SA_RESETHAND) process.signals.reset(signal);
  signals.maskSaved();
  signals.mask |= action.mask | (action.flags & SA.SA_NODEFER ? 0n : signalBit(signal));
}

/** There is no frame to go to or to come back from: SIGSEGV, which ends the process if its own handler is the matter. */
export function failFrame(process: Process, signal: number): void {
  if (signal === SIGNAL.SIGSEGV) process.signals.reset(signal);
  forceSignal(process, kernelSignal(SIGNAL.SIGSEGV, SI.KERNEL));
}

/**
 * Signal state: what a process does at each signal, and what waits for it or for one of its threads. See signal(7).
 *
 * Leaves out delivery, which is signals/delivery.ts's.
 */

import { defaultAction, SA, SIG_DFL, SIG_IGN, SIGNAL, signalBit, UNBLOCKABLE } from "./abi/signals.ts";
import { type AlternateStack, NO_STACK } from "./signals/alternate_stack.ts";
import { PendingSignals } from "./signals/pending.ts";
import type { SignalInfo } from "./signals/siginfo.ts";
import type { SignalWatcher } from "./signals/watchers.ts";

export { SIGNAL } from "./abi/signals.ts";

/** What sigaction(2) sets. */
export interface SignalAction {
  /** Address of the handler, or {@linkcode SIG_DFL} or {@linkcode SIG_IGN}. */
  readonly handler: bigint;
  /** Bits of {@linkcode SA}. */
  readonly flags: number;
  /** Address of the code that calls rt_sigreturn(2). */
  readonly restorer: bigint;
  /** Signals blocked while the handler runs. */
  readonly mask: bigint;
}

const DEFAULT: SignalAction = { handler: SIG_DFL, flags: 0, restorer: 0n, mask: 0n };
const STOPS = [SIGNAL.SIGSTOP, SIGNAL.SIGTSTP, SIGNAL.SIGTTIN, SIGNAL.SIGTTOU]
  .reduce((mask, signal) => mask | signalBit(signal), 0n);

/** Dispositions of one process, and the signals sent to it as a whole. */
export class Signals {
  readonly #actions = new Map<number, SignalAction>();
  /** Signals that any of its threads may take. */
  readonly pending = new PendingSignals(() => this.tellWatchers());
  readonly #threads: ThreadSignals[] = [];

  /** Files that tell of signals, and whether they are still open. */
  readonly #watchers = new Map<SignalWatcher, () => boolean>();
  #onContinue: (() => void) | undefined;
  #hasResumed = false;

  /** Has a file told of signals that wait, until it is closed. */
  watch(watcher: SignalWatcher, isOpen: () => boolean): void {
    this.#watchers.set(watcher, isOpen);
    this.tellWatchers();
  }

  /** Tells files of the signals that wait. @param pending By default those that do; none at the end of the process. */
  tellWatchers(pending?: bigint): void {
    if (this.#watchers.size === 0) return;
    const waiting = pending ?? this.#threads.reduce((mask, { pending }) => mask | pending.mask, this.pending.mask);
    for (const [watcher, isOpen] of this.#watchers) {
      if (isOpen()) watcher.update(this, waiting);
      else this.#watchers.delete(watcher);
    }
  }

  /** Whether a signal has stopped the process: none of its threads runs. */
  get isStopped(): boolean {
    return this.#onContinue !== undefined;
  }

  /** Stops the process. @param onContinue Told when SIGCONT has it go on. */
  stop(onContinue: () => void): void {
    this.#onContinue = onContinue;
  }

  /** Has the process go on, if it is stopped, because of a signal that was sent. */
  continue(signal: number): void {
    const told = this.#onContinue;
    this.#onContinue = undefined;
    this.#hasResumed ||= told !== undefined;
    if (signal === SIGNAL.SIGCONT) told?.();
  }

  /** Whether it went on since this was asked last: it takes the signal before it executes anything. */
  takeResumed(): boolean {
    const had = this.#hasResumed;
    this.#hasResumed = false;
    return had;
  }

  /** Its threads, in the order in which they began. */
  get threads(): readonly ThreadSignals[] {
    return this.#threads;
  }

  /** A thread has begun. */
  addThread(thread: ThreadSignals): void {
    this.#threads.push(thread);
  }

  /** A thread has ended. */
  removeThread(thread: ThreadSignals): void {
    const index = this.#threads.indexOf(thread);
    if (index >= 0) this.#threads.splice(index, 1);
  }

  /** What happens at a signal. */
  action(signal: number): SignalAction {
    return this.#actions.get(signal) ?? DEFAULT;
  }

  /** Sets what happens at a signal. What is pending of a signal that is ignored now is dropped. */
  setAction(signal: number, action: SignalAction): void {
    this.#actions.set(signal, action);
    if (!this.ignores(signal)) return;
    for (const { pending } of [this, ...this.#threads]) pending.discard(signalBit(signal));
  }

  /** Sets a signal back to its default, as SA_RESETHAND does. */
  reset(signal: number): void {
    this.#actions.delete(signal);
  }

  /** The same dispositions for a process that is made from this one's; nothing is pending. */
  fork(): Signals {
    const signals = new Signals();
    for (const [signal, action] of this.#actions) signals.#actions.set(signal, action);
    for (const [watcher, isOpen] of this.#watchers) signals.#watchers.set(watcher, isOpen);
    return signals;
  }

  /** Gives signals that have a handler their default action, as execve(2) does; those that are ignored stay so. */
  dropHandlers(): void {
    for (const [signal, { handler }] of this.#actions) if (handler !== SIG_IGN) this.#actions.delete(signal);
  }

  /** Whether a signal does nothing, by its handler or by default. */
  ignores(signal: number): boolean {
    const { handler } = this.action(signal);
    return handler === SIG_IGN || handler === SIG_DFL && defaultAction(signal) === "ignore";
  }
}

/** Mask, alternate stack and pending signals of one thread. */
export class ThreadSignals {
  readonly #process: Signals;
  #mask = 0n;
  #savedMask: bigint | undefined;
  /** Signals sent to this thread alone. */
  readonly pending: PendingSignals;
  /** The stack of SA_ONSTACK handlers. */
  alternateStack: AlternateStack = NO_STACK;

  /** @param process Signals of the process that the thread is in. */
  constructor(process: Signals) {
    this.#process = process;
    this.pending = new PendingSignals(() => process.tellWatchers());
    process.addThread(this);
  }

  /** The blocked signals. */
  get mask(): bigint {
    return this.#mask;
  }
  set mask(mask: bigint) {
    this.#mask = mask & ~UNBLOCKABLE;
  }

  /** The mask that the next handler's end restores: what it was before {@linkcode suspend}. */
  get maskToRestore(): bigint {
    return this.#savedMask ?? this.#mask;
  }

  /** Sets the mask while a call waits, as sigsuspend(2), ppoll(2) and pselect(2) do. */
  suspend(mask: bigint): void {
    this.#savedMask ??= this.#mask;
    this.mask = mask;
  }

  /** Ends {@linkcode suspend} when no handler ran. */
  resume(): void {
    if (this.#savedMask !== undefined) this.#mask = this.#savedMask;
    this.#savedMask = undefined;
  }

  /** A handler's frame holds the mask to restore now. */
  maskSaved(): void {
    this.#savedMask = undefined;
  }

  /** Pending signals, of the thread or its process, that it is to take. */
  get deliverable(): bigint {
    return this.pending.mask & ~this.#mask | this.#process.pending.mask & this.#ownPart;
  }

  /** Signals of the process that this thread takes: the first one that does not block them does. */
  get #ownPart(): bigint {
    if (this.#process.pending.mask === 0n) return 0n;
    let part = ~this.#mask;
    for (const other of this.#process.threads) {
      if (other === this) break;
      part &= other.#mask;
    }
    return part;
  }

  /** The signal that is delivered next. */
  get next(): SignalInfo | undefined {
    return this.pending.first(~this.#mask) ?? this.#process.pending.first(this.#ownPart);
  }

  /** Takes the signal that is delivered next. */
  takeNext(): SignalInfo | undefined {
    const { next } = this;
    if (next !== undefined) this.drop(next);
    return next;
  }

  /** Takes a pending signal of a set: the thread's own come first. */
  take(allowed: bigint): SignalInfo | undefined {
    return this.pending.take(allowed) ?? this.#process.pending.take(allowed);
  }

  /** Drops one signal, if it still waits. */
  drop(info: SignalInfo): void {
    this.pending.remove(info);
    this.#process.pending.remove(info);
  }
}

/**
 * Sends a signal to a process, or to one of its threads.
 *
 * @param thread The thread; without it any thread may take the signal.
 */
export function sendSignal(process: { readonly signals: Signals }, info: SignalInfo, thread?: ThreadSignals): void {
  const { signals } = process;
  const { signal } = info;
  const queues = [signals.pending, ...signals.threads.map(({ pending }) => pending)];
  if (signal === SIGNAL.SIGCONT) queues.forEach((queue) => queue.discard(STOPS));
  if (signal === SIGNAL.SIGCONT || signal === SIGNAL.SIGKILL) signals.continue(signal);
  if (signalBit(signal) & STOPS) queues.forEach((queue) => queue.discard(signalBit(SIGNAL.SIGCONT)));
  const blocked = ((thread ?? signals.threads[0])?.mask ?? 0n) & signalBit(signal);
  if (signals.ignores(signal) && !blocked) return;
  (thread?.pending ?? signals.pending).add(info);
}

/**
 * Sends a signal that an instruction caused: it cannot be blocked or ignored.
 */
export function forceSignal(
  process: { readonly signals: Signals; readonly thread: { readonly signals: ThreadSignals } },
  info: SignalInfo,
): void {
  const { signals } = process.thread;
  const bit = signalBit(info.signal);
  if (signals.mask & bit || process.signals.action(info.signal).handler === SIG_IGN) {
    process.signals.reset(info.signal);
    signals.mask &= ~bit;
  }
  signals.pending.discard(bit);
  signals.pending.add(info);
}

/** Whether a call that a signal interrupts is started again after the handler. */
export function restarts(action: SignalAction): boolean {
  return (action.flags & SA.SA_RESTART) !== 0;
}

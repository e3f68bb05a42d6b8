/**
 * Timers of a process that end in a signal: setitimer(2), alarm(2) and timer_create(2). They are looked at between
 * slices, so a signal may be late by a slice's length.
 *
 * Times are in milliseconds: of the guest's clock for real time, of used CPU time for the others.
 */

import type { SignalInfo } from "./signals/siginfo.ts";
import type { Clock } from "./world.ts";

/** What a timer counts. */
export type TimerClock = "real" | "cpu";

/** A timer that may run. */
export class Timer {
  readonly clock: TimerClock;
  readonly #now: () => number;
  readonly #notify: ((overruns: number) => SignalInfo) | undefined;
  #at: number | undefined;
  #interval = 0;
  /** The thread that its signal is for; any without it. */
  readonly tid: number | undefined;
  /** How often it ran out since its last signal, but for the first time. */
  overruns = 0;

  /**
   * @param now The clock's time in milliseconds.
   * @param notify Makes the signal to send; undefined for a timer that only counts.
   * @param tid The thread to send it to; any without it.
   */
  constructor(clock: TimerClock, now: () => number, notify?: (overruns: number) => SignalInfo, tid?: number) {
    this.clock = clock;
    this.tid = tid;
    this.#now = now;
    this.#notify = notify;
  }

  /** When it runs out next, by its clock; undefined if it does not run. */
  get at(): number | undefined {
    return this.#at;
  }

  /** Milliseconds between two ends; 0 if it ends once. */
  get interval(): number {
    return this.#interval;
  }

  /** Milliseconds until it runs out; 0 if it does not run. */
  get left(): number {
    return this.#at === undefined ? 0 : Math.max(0.001, this.#at - this.#now());
  }

  /** Starts it, to run out `delay` milliseconds from now; 0 stops it. */
  set(delay: number, interval: number): void {
    this.#at = delay > 0 ? this.#now() + delay : undefined;
    this.#interval = interval;
    this.overruns = 0;
  }

  /** The signal to send if it has run out; an interval timer starts again. */
  expire(): SignalInfo | undefined {
    const now = this.#now();
    if (this.#at === undefined || now < this.#at) return undefined;
    this.overruns = this.#interval > 0 ? Math.floor((now - this.#at) / this.#interval) : 0;
    this.#at = this.#interval > 0 ? this.#at + (this.overruns + 1) * this.#interval : undefined;
    return this.#notify?.(this.overruns);
  }
}

const NONE: readonly never[] = [];

/** The timers of one process. */
export class Timers {
  readonly #source: Clock;
  readonly #cpuTime: () => bigint;
  readonly #running = new Set<Timer>();
  /** Timers of timer_create(2) by their ids. */
  readonly created = new Map<number, { readonly timer: Timer; readonly clock: number }>();
  /** Timers of setitimer(2) by their numbers. */
  readonly interval = new Map<number, Timer>();

  /** @param cpuTime Nanoseconds that the process has used. */
  constructor(source: Clock, cpuTime: () => bigint) {
    this.#source = source;
    this.#cpuTime = cpuTime;
  }

  /** Ends the timers of timer_create(2), as execve(2) does. */
  endCreated(): void {
    for (const { timer } of this.created.values()) this.remove(timer);
    this.created.clear();
  }

  /** Makes a timer; {@linkcode expired} looks at it from now on. */
  add(clock: TimerClock, notify?: (overruns: number) => SignalInfo, tid?: number): Timer {
    const source = this.#source;
    const now = clock === "real" ? () => source.now() : () => Number(this.#cpuTime()) / 1e6;
    const timer = new Timer(clock, now, notify, tid);
    this.#running.add(timer);
    return timer;
  }

  /** Ends a timer for good. */
  remove(timer: Timer): void {
    this.#running.delete(timer);
  }

  /** Signals of the timers that have run out since this was asked last. */
  expired(): readonly { readonly info: SignalInfo; readonly tid: number | undefined }[] {
    if (this.#running.size === 0) return NONE;
    const signals: { readonly info: SignalInfo; readonly tid: number | undefined }[] = [];
    for (const timer of this.#running) {
      if (timer.at === undefined) continue;
      const info = timer.expire();
      if (info !== undefined) signals.push({ info, tid: timer.tid });
    }
    return signals;
  }

  /** Milliseconds until the next timer runs out, of whatever clock; undefined if none runs. */
  get left(): number | undefined {
    if (this.#running.size === 0) return undefined;
    const times = [...this.#running].filter(({ at }) => at !== undefined).map(({ left }) => left);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** When the next real-time timer runs out; undefined if none runs. */
  get deadline(): number | undefined {
    const times = [...this.#running].filter(({ clock, at }) => clock === "real" && at !== undefined)
      .map(({ at }) => at as number);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

/**
 * What the prompt does about each signal that the guest is about to get: stop, say so, let it pass. The start is gdb's;
 * see "Signals" in its manual.
 */

import { type Emulator, type SignalEvent, signalName, signalNumber } from "../../mod.ts";

/** What to do about a signal. */
export interface SignalTreatment {
  readonly stop: boolean;
  readonly print: boolean;
  readonly pass: boolean;
}

/** Names and what they mean, as strsignal(3) and gdb have them. */
export const SIGNALS: Readonly<Record<string, string>> = {
  SIGHUP: "Hangup",
  SIGINT: "Interrupt",
  SIGQUIT: "Quit",
  SIGILL: "Illegal instruction",
  SIGTRAP: "Trace/breakpoint trap",
  SIGABRT: "Aborted",
  SIGBUS: "Bus error",
  SIGFPE: "Arithmetic exception",
  SIGKILL: "Killed",
  SIGUSR1: "User defined signal 1",
  SIGSEGV: "Segmentation fault",
  SIGUSR2: "User defined signal 2",
  SIGPIPE: "Broken pipe",
  SIGALRM: "Alarm clock",
  SIGTERM: "Terminated",
  SIGCHLD: "Child status changed",
  SIGCONT: "Continued",
  SIGSTOP: "Stopped (signal)",
  SIGTSTP: "Stopped (user)",
  SIGTTIN: "Stopped (tty input)",
  SIGTTOU: "Stopped (tty output)",
  SIGURG: "Urgent I/O condition",
  SIGXCPU: "CPU time limit exceeded",
  SIGXFSZ: "File size limit exceeded",
  SIGVTALRM: "Virtual timer expired",
  SIGPROF: "Profiling timer expired",
  SIGWINCH: "Window size changed",
  SIGIO: "I/O possible",
  SIGPWR: "Power fail/restart",
  SIGSYS: "Bad system call",
};

const LOUD: SignalTreatment = { stop: true, print: true, pass: true };
const QUIET: SignalTreatment = { stop: false, print: false, pass: true };
/** Those that programs use in their ordinary work. */
const EVERYDAY = ["SIGALRM", "SIGCHLD", "SIGURG", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO"];
/** Those of debuggers. */
const DEBUGGERS = ["SIGINT", "SIGTRAP"];

/** The treatments of a session. */
export class SignalPolicy {
  readonly #changed = new Map<string, SignalTreatment>();
  /** The signal that stopped the guest, while it is held. */
  #held: SignalEvent | undefined;
  /** The signal that the user sends, which does not stop. */
  #sent: string | undefined;

  /** What is done about a signal. */
  of(name: string): SignalTreatment {
    const changed = this.#changed.get(name);
    if (changed !== undefined) return changed;
    if (EVERYDAY.includes(name) || name === "SIGRT_0") return QUIET;
    return DEBUGGERS.includes(name) ? { ...LOUD, pass: false } : LOUD;
  }

  /** Changes it. To stop is to say so; not to say so is not to stop. */
  set(name: string, change: Partial<SignalTreatment>): void {
    const next = { ...this.of(name), ...change };
    this.#changed.set(name, {
      ...next,
      print: change.stop === true || next.print,
      stop: change.print === false ? false : next.stop,
    });
  }

  /** Those that were changed. */
  changed(): readonly (readonly [name: string, treatment: SignalTreatment])[] {
    return [...this.#changed];
  }

  /** Forgets all changes. */
  reset(): void {
    this.#changed.clear();
  }

  /**
   * Treats the signals of a run.
   *
   * @param print Says that a signal has come.
   */
  follow(emulator: Emulator, print: (lines: readonly string[]) => void): void {
    this.#held = this.#sent = undefined;
    emulator.on("signal", (event) => {
      const { name } = event;
      const treatment = this.of(name);
      if (this.#sent === name) {
        this.#sent = undefined;
        return;
      }
      if (treatment.print && !treatment.stop) print(["", `Program received signal ${signalText(name)}.`]);
      if (!treatment.pass) event.discard();
      if (!treatment.stop) return;
      this.#held = event;
      emulator.stop(`signal ${name}`);
    });
  }

  /** The signal that stopped the guest, to be shown once. */
  get held(): SignalEvent | undefined {
    return this.#held;
  }

  /** The guest goes on: what was held is delivered. */
  release(): void {
    this.#held = undefined;
  }

  /** Drops the signal that stopped the guest. */
  drop(): void {
    this.#held?.discard();
    this.#held = undefined;
  }

  /** Sends a signal in place of the one that is held, without stopping for it. */
  send(emulator: Emulator, name: string): void {
    this.drop();
    this.#sent = name;
    emulator.signal(name);
  }
}

/** `SIGSEGV, Segmentation fault`. */
export function signalText(name: string): string {
  const meaning = SIGNALS[name];
  return meaning === undefined ? name : `${name}, ${meaning}`;
}

/** A signal's name from what a person types: `SEGV`, `sigsegv`, `11`. @returns Undefined if there is none such. */
export function signalNamed(text: string): string | undefined {
  try {
    return signalName(signalNumber(text));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

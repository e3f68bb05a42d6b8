/**
 * Signals of Linux on x86-64: numbers, codes, flags and default actions. From `<asm/signal.h>` and
 * `<asm-generic/siginfo.h>`; see signal(7) and sigaction(2).
 */

/** Numbers of the standard signals. */
export const SIGNAL = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

/** Highest number of a signal. */
export const LAST_SIGNAL = 64;
/** First real-time signal: from here on each one sent is queued. */
export const FIRST_REAL_TIME = 32;

const NAMES = new Map<number, string>(Object.entries(SIGNAL).map(([name, number]) => [number, name]));

/** A signal's name, as strace(1) writes it: `SIGINT`, `SIGRT_2`. */
export function signalName(signal: number): string {
  return NAMES.get(signal) ??
    (signal >= FIRST_REAL_TIME && signal <= LAST_SIGNAL ? `SIGRT_${signal - FIRST_REAL_TIME}` : String(signal));
}

/**
 * Number of a signal, from its name with or without `SIG`, or from its number as text.
 *
 * @throws {RangeError} If there is no such signal.
 */
export function signalNumber(name: string): number {
  const upper = name.toUpperCase();
  const numbers: Readonly<Record<string, number>> = SIGNAL;
  const number = numbers[upper] ?? numbers[`SIG${upper}`] ?? Number(name);
  if (Number.isInteger(number) && number >= 1 && number <= LAST_SIGNAL) return number;
  throw new RangeError(`Cannot send signal ${name}: there is no such signal`);
}

/** What a signal does that has no handler. */
export type DefaultAction = "terminate" | "core" | "ignore" | "stop" | "continue";

const { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS } = SIGNAL;
const { SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU } = SIGNAL;
const DEFAULT_ACTIONS = new Map<number, DefaultAction>([
  ...[SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS]
    .map((signal) => [signal, "core"] as const),
  ...[SIGCHLD, SIGURG, SIGWINCH].map((signal) => [signal, "ignore"] as const),
  ...[SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU].map((signal) => [signal, "stop"] as const),
  [SIGCONT, "continue"],
]);

/** What a signal does by default. */
export function defaultAction(signal: number): DefaultAction {
  return DEFAULT_ACTIONS.get(signal) ?? "terminate";
}

/** The bit of a signal in a `sigset_t`. */
export function signalBit(signal: number): bigint {
  return 1n << BigInt(signal - 1);
}

/** Signals that can be neither caught, blocked nor ignored. */
export const UNBLOCKABLE: bigint = signalBit(SIGNAL.SIGKILL) | signalBit(SIGNAL.SIGSTOP);

/** Signals that an instruction causes: they are delivered before others. */
export const SYNCHRONOUS: bigint = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS]
  .reduce((mask, signal) => mask | signalBit(signal), 0n);

/** The signals of a set, in ascending order. */
export function signalsOf(mask: bigint): number[] {
  return Array.from({ length: LAST_SIGNAL }, (_, index) => index + 1).filter((signal) => mask & signalBit(signal));
}

/** A signal set as strace(1) writes it: `[INT CHLD]`; a set of more than half of them as `~[KILL]`. */
export function maskText(mask: bigint): string {
  const inside = signalsOf(mask);
  const inverted = inside.length > LAST_SIGNAL / 2;
  const names = (inverted ? signalsOf(~mask) : inside).map((signal) => signalName(signal).replace(/^SIG/, ""));
  return `${inverted ? "~" : ""}[${names.join(" ")}]`;
}

/** Special values of a handler. */
export const SIG_DFL = 0n;
export const SIG_IGN = 1n;

/** Flags of sigaction(2). */
export const SA = {
  SA_NOCLDSTOP: 1,
  SA_NOCLDWAIT: 2,
  SA_SIGINFO: 4,
  SA_RESTORER: 0x0400_0000,
  SA_ONSTACK: 0x0800_0000,
  SA_RESTART: 0x1000_0000,
  SA_NODEFER: 0x4000_0000,
  SA_RESETHAND: 0x8000_0000,
} as const;

/** How sigprocmask(2) changes the mask. */
export const SIGNAL_HOW = { SIG_BLOCK: 0, SIG_UNBLOCK: 1, SIG_SETMASK: 2 } as const;

/** Flags of sigaltstack(2). */
export const SS = { SS_ONSTACK: 1, SS_DISABLE: 2, SS_AUTODISARM: 0x8000_0000 } as const;
/** Smallest alternate stack. */
export const MINSIGSTKSZ = 2048;

/** Values of `si_code`: where a signal comes from, or what went wrong. */
export const SI = {
  USER: 0,
  KERNEL: 0x80,
  QUEUE: -1,
  TIMER: -2,
  TKILL: -6,
  ILL_ILLOPN: 2,
  FPE_INTDIV: 1,
  FPE_FLTDIV: 3,
  FPE_FLTOVF: 4,
  FPE_FLTUND: 5,
  FPE_FLTRES: 6,
  FPE_FLTINV: 7,
  SEGV_MAPERR: 1,
  SEGV_ACCERR: 2,
  BUS_ADRERR: 2,
  TRAP_BRKPT: 1,
  TRAP_TRACE: 2,
} as const;

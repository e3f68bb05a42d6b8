/**
 * Passes signals that the host gets on to the guest, as a terminal would send them to the program itself.
 *
 * SIGTSTP goes to who is in front of the terminal, which may be a job of a shell that is the guest; if it stops the program
 * itself, this process stops as well: see run.ts. SIGCONT then has both go on.
 */

/** Signals that are passed on, with their numbers on Linux. */
const PASSED = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGTSTP: 20,
  SIGWINCH: 28,
} as const satisfies Partial<Record<Deno.Signal, number>>;

/** A second Ctrl-C within this time ends the guest, whatever it does with the first. */
const INSIST_MILLISECONDS = 1000;

/** What gets the signals. */
export interface SignalTarget {
  signal(name: string): void;
  /** Stops the guest. */
  interrupt(): void;
}

/**
 * Passes signals on until the end of a `using` block.
 *
 * @param target The guest.
 * @param onInsist Told before the guest is stopped because of a second Ctrl-C.
 */
export function passSignals(target: SignalTarget, onInsist: () => void): Disposable {
  let lastInterrupt = -Infinity;
  const listeners = Object.keys(PASSED)
    .map((name) => {
      const listener = () => {
        if (name === "SIGINT") {
          const now = performance.now();
          const insists = now - lastInterrupt < INSIST_MILLISECONDS;
          lastInterrupt = now;
          if (insists) {
            onInsist();
            return target.interrupt();
          }
        }
        target.signal(name);
      };
      Deno.addSignalListener(name as keyof typeof PASSED, listener);
      return () => Deno.removeSignalListener(name as keyof typeof PASSED, listener);
    });
  return { [Symbol.dispose]: () => listeners.forEach((remove) => remove()) };
}

/**
 * Signals that this process was started to ignore, such as SIGHUP under nohup(1): the guest then ignores them as well,
 * until it says otherwise. SIGPIPE is not among them, for the runtime ignores it by itself.
 *
 * Call it before the first {@linkcode passSignals}. See SigIgn in proc_pid_status(5).
 */
export function ignoredSignals(): string[] {
  const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(statusText())?.[1] ?? "0"}`);
  return Object.entries(PASSED).filter(([, number]) => (mask >> BigInt(number - 1)) & 1n).map(([name]) => name);
}

function statusText(): string {
  try {
    return Deno.readTextFileSync("/proc/self/status");
  } catch (error) {
    // Without /proc nobody can tell; then nothing is taken to be ignored.
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

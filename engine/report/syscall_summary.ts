/**
 * System calls summed up by name: how often each was made, failed, and how long it took; and the table that strace -c
 * prints of that. See strace(1).
 */

/** Of a call that has returned, what is summed up. */
export interface SummedCall {
  /** As in syscalls(2). */
  readonly name: string;
  /** What it returned; a negative errno for a failure. */
  readonly result: number | bigint;
  /** How long it took. */
  readonly milliseconds: number;
}

/** The calls of one name. */
export interface SyscallSum {
  /** As in syscalls(2). */
  readonly name: string;
  /** Number of calls. */
  readonly calls: number;
  /** Number of those that failed. */
  readonly errors: number;
  /** In all. */
  readonly milliseconds: number;
  /** The longest. */
  readonly longest: number;
}

/** Orders of the rows, as strace -S has them. */
export const SYSCALL_ORDERS: readonly string[] = ["time", "calls", "errors", "name"];

const LARGEST_ERRNO = 4095;

/** Whether a system call's result says that it failed. */
function isFailure(result: number | bigint): boolean {
  return result < 0 && result >= -LARGEST_ERRNO;
}

/** Sums system calls up. */
export class SyscallSummary {
  readonly #sums = new Map<string, { -readonly [key in keyof SyscallSum]: SyscallSum[key] }>();

  /** Adds a call. */
  add({ name, result, milliseconds }: SummedCall): void {
    let sum = this.#sums.get(name);
    if (sum === undefined) this.#sums.set(name, sum = { name, calls: 0, errors: 0, milliseconds: 0, longest: 0 });
    sum.calls++;
    if (isFailure(result)) sum.errors++;
    sum.milliseconds += milliseconds;
    sum.longest = Math.max(sum.longest, milliseconds);
  }

  /** The sums, most first; by name in the alphabet's order. */
  rows(order = "time"): SyscallSum[] {
    const byName = (a: SyscallSum, b: SyscallSum) => a.name < b.name ? -1 : 1;
    const by = order === "calls" || order === "errors" ? order : "milliseconds";
    return [...this.#sums.values()].sort(order === "name" ? byName : (a, b) => b[by] - a[by] || byName(a, b));
  }

  /** The table of strace -c. */
  table(order = "time"): string {
    const rows = this.rows(order);
    const calls = rows.reduce((sum, row) => sum + row.calls, 0);
    const errors = rows.reduce((sum, row) => sum + row.errors, 0);
    const all = rows.reduce((sum, row) => sum + row.milliseconds, 0);
    const line = (row: Omit<SyscallSum, "longest">) =>
      [
        (all === 0 ? 0 : 100 * row.milliseconds / all).toFixed(2).padStart(6),
        (row.milliseconds / 1000).toFixed(6).padStart(11),
        String(row.calls === 0 ? 0 : Math.floor(1000 * row.milliseconds / row.calls)).padStart(11),
        String(row.calls).padStart(9),
        (row.errors === 0 ? "" : String(row.errors)).padStart(9),
        row.name,
      ].join(" ") + "\n";
    const rule = "------ ----------- ----------- --------- --------- ----------------\n";
    return "% time     seconds  usecs/call     calls    errors syscall\n" + rule + rows.map(line).join("") + rule +
      line({ name: "total", calls, errors, milliseconds: all });
  }

  /** Starts anew. */
  clear(): void {
    this.#sums.clear();
  }
}

/** The processes of the guest, one a line. */

import type { GuestProcess, InstrumentedProcess } from "../../mod.ts";

/** One line a process: its id, its parent's, its name, and what there is to say of it; of those followed, their counts. */
export function processLines(
  processes: readonly GuestProcess[],
  followed: readonly Pick<InstrumentedProcess, "pid" | "coverage">[],
): string[] {
  const digits = Math.max(...processes.flatMap(({ id, parent }) => [String(id).length, String(parent).length]));
  return processes.map(({ id, parent, name, threads, hasEnded }) => {
    const state = hasEnded ? ", ended" : threads > 1 ? `, ${threads} threads` : "";
    const count = followed.find(({ pid }) => pid === id)?.coverage.total;
    const counted = count === undefined ? "" : `, ${count} instructions`;
    return `${String(id).padStart(digits)}  of ${String(parent).padStart(digits)}  ${name}${state}${counted}`;
  });
}

/** The processes of the guest, one a line. */

import type { GuestProcess } from "../../mod.ts";

/** One line a process: its id, its parent's, its name, and what there is to say of it. */
export function processLines(processes: readonly GuestProcess[]): string[] {
  const digits = Math.max(...processes.flatMap(({ id, parent }) => [String(id).length, String(parent).length]));
  return processes.map(({ id, parent, name, threads, hasEnded }) => {
    const state = hasEnded ? ", ended" : threads > 1 ? `, ${threads} threads` : "";
    return `${String(id).padStart(digits)}  of ${String(parent).padStart(digits)}  ${name}${state}`;
  });
}

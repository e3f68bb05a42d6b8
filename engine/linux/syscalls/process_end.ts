/** Rows that end threads and processes: exit(2), exit_group(2). */

import { int } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";
import { endThread } from "../thread_end.ts";

function end(process: Process, status: number): number {
  process.ending = { kind: "exited", status: status & 0xff };
  return 0;
}

/** Ends the thread, and the process with its last one. */
export const exit = syscall("exit", "full", { status: int }, (process, { status }) => {
  const { thread } = process;
  if (process.threads.size === 1) return end(process, status);
  process.deferred = () => endThread(process, thread, true);
  return 0;
});
export const exit_group = syscall("exit_group", "full", { status: int }, (process, { status }) => end(process, status));

/** The end of a process, and waiting for that of others: exit(2), exit_group(2), wait4(2), waitid(2). */

import { ERRNO } from "../abi/errno.ts";
import { address, bits, int } from "../parameters.ts";
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

const WAIT_FLAGS = 0x1 | 0x2 | 0x8 | 0x2000_0000 | 0x4000_0000 | -0x8000_0000;

export const wait4 = syscall(
  "wait4",
  "partial",
  { pid: int, status: address, options: bits, usage: address },
  (_, { options }) => options & ~WAIT_FLAGS ? -ERRNO.EINVAL : -ERRNO.ECHILD,
  "There are no children yet",
);

export const waitid = syscall(
  "waitid",
  "partial",
  { type: int, id: int, info: address, options: bits, usage: address },
  (_, { options, type }) => type < 0 || type > 3 || (options & 0xe) === 0 ? -ERRNO.EINVAL : -ERRNO.ECHILD,
  "There are no children yet",
);

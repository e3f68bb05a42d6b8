/**
 * Nice values: getpriority(2), setpriority(2). Each thread has one; they are kept and told, and threads take turns all the
 * same. Leaves out processes of the host.
 */

import { ERRNO } from "../abi/errno.ts";
import { RLIMIT } from "../abi/limits.ts";
import { choice, int } from "../parameters.ts";
import type { Process } from "../process.ts";
import type { Task } from "../process_table.ts";
import { syscall } from "../syscall.ts";
import type { Thread } from "../threads.ts";

const PRIO = { PRIO_PROCESS: 0, PRIO_PGRP: 1, PRIO_USER: 2 } as const;
const [LOWEST, HIGHEST] = [-20, 19];

/** The threads that a call is about: a certain one, or all of the processes of a group or user. */
function chosen({ table, thread, group, credentials }: Process, which: number, who: number): Task[] {
  return table.tasks.filter((task) => {
    if (which === PRIO.PRIO_PROCESS) return who === 0 ? task.thread === thread : task.thread.tid === who;
    if (which === PRIO.PRIO_PGRP) return task.process.group === (who || group);
    return task.process.credentials.uid === (who || credentials.uid);
  });
}

/** Whether a process may give a thread a nice value: a lower one takes a right, RLIMIT_NICE or being root. */
export function mayBeNice({ credentials, limits }: Process, thread: Thread, nice: number): boolean {
  return credentials.euid === 0 || nice >= thread.nice || 20 - nice <= limits.soft(RLIMIT.RLIMIT_NICE);
}

/** getpriority(2): the result is 20 minus the lowest nice value, so that no valid one is negative. */
export const getpriority = syscall(
  "getpriority",
  "full",
  { which: choice(PRIO), who: int },
  (process, { which, who }) => {
    if (which < 0 || which > 2) return -ERRNO.EINVAL;
    const values = chosen(process, which, who).map(({ thread: { nice } }) => 20 - nice);
    return values.length === 0 ? -ERRNO.ESRCH : Math.max(...values);
  },
);

/** setpriority(2) */
export const setpriority = syscall(
  "setpriority",
  "partial",
  { which: choice(PRIO), who: int, priority: int },
  (process, { which, who, priority }) => {
    if (which < 0 || which > 2) return -ERRNO.EINVAL;
    const nice = Math.min(HIGHEST, Math.max(LOWEST, priority));
    const { euid } = process.credentials;
    let result: number = -ERRNO.ESRCH;
    for (const { process: { credentials }, thread } of chosen(process, which, who)) {
      if (euid !== 0 && euid !== credentials.uid && euid !== credentials.euid) result = -ERRNO.EPERM;
      else if (!mayBeNice(process, thread, nice)) result = -ERRNO.EACCES;
      else {
        thread.nice = nice;
        if (result === -ERRNO.ESRCH) result = 0;
      }
    }
    return result;
  },
  "Kept and told; threads take turns all the same",
);

/** Rows that wait for the end of children: wait4(2), waitid(2); and descriptors of processes: pidfd_open(2). */

import { ERRNO } from "../abi/errno.ts";
import { LAST_SIGNAL, SI, SIGNAL } from "../abi/signals.ts";
import { familyCpuTime } from "../cpu_times.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, bits, fd, int, unsigned } from "../parameters.ts";
import { addPidfd, pidOf, pidOfAny } from "../pidfds.ts";
import type { Process } from "../process.ts";
import { endOf, waitStatus } from "../process_end.ts";
import { sendSignal } from "../signals.ts";
import { childSignal, queuedSignal, sentSignal, SIGINFO_SIZE } from "../signals/siginfo.ts";
import { isWanted, type StopNews, stopStatus } from "../stops.ts";
import { type Result, syscall } from "../syscall.ts";
import { usageRecord } from "../usage.ts";
import { signal } from "./signal_actions.ts";

const WNOHANG = 1;
const [WEXITED, WNOWAIT] = [4, 0x100_0000];
const [WALL, WCLONE] = [0x4000_0000, -0x8000_0000];
/** WNOHANG, WUNTRACED, WCONTINUED, __WNOTHREAD, __WALL and __WCLONE. */
const WAIT4_FLAGS = 0x1 | 0x2 | 0x8 | 0x2000_0000 | WALL | WCLONE;
const WAITID_FLAGS = 0xf | WNOWAIT | 0x2000_0000 | WALL | WCLONE;
const P = { ALL: 0, PID: 1, PGID: 2, PIDFD: 3 } as const;

/** Whom to wait for. */
type Chosen = (child: Process) => boolean;

function byPid(process: Process, pid: number): Chosen {
  if (pid > 0) return (child) => child.pid === pid;
  if (pid === -1) return () => true;
  const group = pid === 0 ? process.group : -pid;
  return (child) => child.group === group;
}

/** Children whose end is not told by SIGCHLD are waited for on demand only. */
function isOfKind(child: Process, options: number): boolean {
  return (options & WALL) !== 0 || (options & WCLONE) !== 0 === (child.exitSignal !== SIGNAL.SIGCHLD);
}

/** What there is to tell of a child. */
interface Told {
  readonly child: Process;
  /** That it was stopped or went on; undefined if it has ended. */
  readonly news: StopNews | undefined;
}

/** Its resource usage, and that of its own children. */
function usageOf(process: Process, child: Process | undefined): Uint8Array {
  return usageRecord(process, child === undefined ? 0n : familyCpuTime(child));
}

/** Waits for a child of those that are chosen. @param tell Called with it, or with nothing if there is nothing yet. */
function waitFor(
  process: Process,
  chosen: Chosen,
  options: number,
  tell: (told: Told | undefined) => number,
): Result {
  const children = () => process.table.children(process).filter((child) => chosen(child) && isOfKind(child, options));
  const hasNews = ({ ending, news }: Process) =>
    ending === undefined ? news !== undefined && isWanted(news, options) : (options & WEXITED) !== 0;
  const found = () => children().find(hasNews);
  const child = found();
  if (child !== undefined) {
    const result = tell({ child, news: child.ending === undefined ? child.news : undefined });
    if (options & WNOWAIT) return result;
    if (child.ending === undefined) child.news = undefined;
    else {
      process.spent.children += familyCpuTime(child);
      process.table.remove(child);
    }
    return result;
  }
  if (children().length === 0) return -ERRNO.ECHILD;
  if (options & WNOHANG) return tell(undefined);
  return {
    wait: { ready: () => found() !== undefined || children().length === 0 },
    retry: () => waitFor(process, chosen, options, tell),
  };
}

export const wait4 = syscall(
  "wait4",
  "full",
  { pid: int, status: address, options: bits, usage: address },
  (process, { pid, status, options, usage }) => {
    if ((options | 0) & ~WAIT4_FLAGS) return -ERRNO.EINVAL;
    return waitFor(process, byPid(process, pid), options | WEXITED, (told) => {
      if (told === undefined) return 0;
      const { child, news } = told;
      const record = Int32Array.of(news === undefined ? waitStatus(child) : stopStatus(news));
      const isTold = (status === 0 || copyOut(process, status, new Uint8Array(record.buffer))) &&
        (usage === 0 || copyOut(process, usage, usageOf(process, child)));
      return isTold ? child.pid : -ERRNO.EFAULT;
    });
  },
);

export const waitid = syscall(
  "waitid",
  "full",
  { type: int, id: int, info: address, options: bits, usage: address },
  (process, { type, id, info, options, usage }) => {
    const how = options | 0;
    if (type < P.ALL || type > P.PIDFD || how & ~WAITID_FLAGS || !(how & 0xe)) return -ERRNO.EINVAL;
    const pid = type === P.PIDFD ? pidOf(process, id) : id;
    if (pid === undefined) return -ERRNO.EBADF;
    if (type !== P.ALL && pid < (type === P.PGID ? 0 : 1)) return -ERRNO.EINVAL;
    const selector = type === P.ALL ? -1 : type === P.PGID ? -pid : pid;
    return waitFor(process, byPid(process, selector), how, (told) => {
      const record = new Uint8Array(SIGINFO_SIZE);
      if (told !== undefined) {
        const { pid, credentials: { uid } } = told.child;
        record.set(childSignal(SIGNAL.SIGCHLD, { pid, uid, ...told.news ?? endOf(told.child) }).bytes);
      }
      const isTold = (info === 0 || copyOut(process, info, record)) &&
        (usage === 0 || copyOut(process, usage, usageOf(process, told?.child)));
      return isTold ? 0 : -ERRNO.EFAULT;
    });
  },
);

const PIDFD_NONBLOCK = 0o4000;

export const pidfd_open = syscall("pidfd_open", "full", { pid: int, flags: bits }, (process, { pid, flags }) => {
  if (flags & ~PIDFD_NONBLOCK || pid <= 0) return -ERRNO.EINVAL;
  const found = process.table.processes.get(pid);
  if (found === undefined) return -ERRNO.ESRCH;
  const descriptor = addPidfd(process, pid, flags);
  if (found.ending !== undefined) process.table.ended(found);
  return descriptor;
});

export const pidfd_send_signal = syscall(
  "pidfd_send_signal",
  "full",
  { pidfd: fd, sig: signal, info: address, flags: unsigned },
  (process, { pidfd, sig, info, flags }) => {
    if (flags !== 0 || !(sig >= 0 && sig <= LAST_SIGNAL)) return -ERRNO.EINVAL;
    const pid = pidOfAny(process, pidfd);
    if (pid === undefined) return -ERRNO.EBADF;
    const found = process.table.processes.get(pid);
    if (found === undefined || found.ending !== undefined) return -ERRNO.ESRCH;
    const bytes = info === 0 ? undefined : copyIn(process, info, SIGINFO_SIZE);
    if (info !== 0 && bytes === undefined) return -ERRNO.EFAULT;
    const sender = { pid: process.pid, uid: process.credentials.uid };
    if (sig !== 0) sendSignal(found, bytes ? queuedSignal(sig, bytes) : sentSignal(sig, SI.USER, sender));
    return 0;
  },
);

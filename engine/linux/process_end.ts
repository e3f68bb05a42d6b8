/**
 * The end of a process: its threads end, what it had is given back, its parent is told. See exit(2), wait(2).
 *
 * Leaves out sessions that lose their leader: their terminal is the host's.
 */

import { SA, SI, SIG_IGN, SIGNAL } from "./abi/signals.ts";
import { RLIMIT } from "./abi/limits.ts";
import type { Process } from "./process.ts";
import { sendSignal } from "./signals.ts";
import { childSignal, sentSignal } from "./signals/siginfo.ts";
import { NO_PARENT } from "./stops.ts";
import { endThread } from "./thread_end.ts";

const CORE = 0x80;
/** `si_code` of SIGCHLD. */
const CLD = { EXITED: 1, KILLED: 2, DUMPED: 3 } as const;

/** How a process ended, as `siginfo_t` says it. */
export function endOf(process: Process): { readonly code: number; readonly status: number } {
  const { ending, limits } = process;
  if (ending?.kind !== "signalled") return { code: CLD.EXITED, status: ending?.status ?? 0 };
  const dumps = ending.core && limits.soft(RLIMIT.RLIMIT_CORE) > 0;
  return { code: dumps ? CLD.DUMPED : CLD.KILLED, status: ending.signal };
}

/** How a process ended, as wait4(2) says it. */
export function waitStatus(process: Process): number {
  const { code, status } = endOf(process);
  return code === CLD.EXITED ? status << 8 : status | (code === CLD.DUMPED ? CORE : 0);
}

function giveBack(process: Process): void {
  const { table } = process;
  if (!table.isShared(process, "files")) process.files.closeAll();
  if (!table.isShared(process, "paths")) process.paths.close();
  if (!table.isShared(process, "space")) process.space.close();
}

/** Its children have no parent any more; those that have ended are gone. */
function leaveChildren(process: Process): void {
  for (const child of process.table.children(process)) {
    child.parent = NO_PARENT;
    if (child.ending !== undefined) process.table.remove(child);
    const { parentDeathSignal } = child.settings;
    if (parentDeathSignal === 0 || child.ending !== undefined) continue;
    const sender = { pid: process.pid, uid: process.credentials.uid };
    sendSignal(child, sentSignal(parentDeathSignal, SI.USER, sender));
  }
}

function tellParent(process: Process): void {
  const { table, exitSignal, pid, credentials } = process;
  const parent = table.processes.get(process.parent);
  if (parent === undefined || parent.ending !== undefined) return table.remove(process);
  const action = parent.signals.action(SIGNAL.SIGCHLD);
  const isIgnored = exitSignal === SIGNAL.SIGCHLD && action.handler === SIG_IGN;
  if (exitSignal !== 0 && !isIgnored) {
    sendSignal(parent, childSignal(exitSignal, { pid, uid: credentials.uid, ...endOf(process) }));
  }
  const isForgotten = exitSignal === SIGNAL.SIGCHLD && (action.flags & SA.SA_NOCLDWAIT) !== 0;
  if (isIgnored || isForgotten) table.remove(process);
}

/** Ends a process whose ending is known. It stays in the table until its parent has waited for it. */
export function endProcess(process: Process): void {
  const isShared = process.table.isShared(process, "space");
  for (const thread of [...process.threads.values()]) endThread(process, thread, isShared);
  process.table.ends(process);
  process.signals.tellWatchers(0n);
  giveBack(process);
  leaveChildren(process);
  tellParent(process);
  process.table.ended(process);
}

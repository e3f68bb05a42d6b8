/**
 * Processes that a signal stops, and that SIGCONT has go on; see signal(7), wait(2).
 *
 * The program itself stops only if its owner is told of it, and has it go on.
 */

import { SA, SIG_IGN, SIGNAL } from "./abi/signals.ts";
import { hostCall } from "./host.ts";
import { readHostFile } from "./host_files.ts";
import type { Process } from "./process.ts";
import { sendSignal } from "./signals.ts";
import { childSignal } from "./signals/siginfo.ts";

/** What the parent of processes has whose own has ended: nobody waits for them. */
export const NO_PARENT = 1;
/** `si_code` of SIGCHLD. */
const CLD = { STOPPED: 5, CONTINUED: 6 } as const;

/** What wait4(2) and waitid(2) tell of a process that has not ended. */
export interface StopNews {
  /** `si_code`. */
  readonly code: number;
  /** The signal. */
  readonly status: number;
}

/** Whether news are of a kind that is waited for: WUNTRACED and WCONTINUED of wait4(2). */
export function isWanted(news: StopNews, options: number): boolean {
  return (options & (news.code === CLD.STOPPED ? 2 : 8)) !== 0;
}

/** News as wait4(2) writes them. */
export function stopStatus({ code, status }: StopNews): number {
  return code === CLD.STOPPED ? status << 8 | 0x7f : 0xffff;
}

function tell(process: Process, news: StopNews): void {
  const { table, pid, credentials: { uid } } = process;
  process.news = news;
  const parent = table.processes.get(process.parent);
  if (parent === undefined || parent.ending !== undefined) return;
  const { handler, flags } = parent.signals.action(SIGNAL.SIGCHLD);
  if (handler === SIG_IGN || flags & SA.SA_NOCLDSTOP) return;
  sendSignal(parent, childSignal(SIGNAL.SIGCHLD, { pid, uid, ...news }));
}

/** A process of the host's, or its nearest ancestor of another group: that it is of a session. */
function leadsOut(pid: number, group: number, session: number): boolean {
  for (let at = pid; at > 1;) {
    if (hostCall("getsid", at) !== session) return false;
    if (hostCall("getpgid", at) !== group) return true;
    const text = readHostFile(`/proc/${at}/stat`);
    if (typeof text === "number") return false;
    const fields = new TextDecoder().decode(text);
    at = Number(fields.slice(fields.lastIndexOf(")") + 2).split(" ")[1]);
  }
  return false;
}

/** Whether nobody of another group of the session can have a group go on: then a terminal does not stop it. */
export function isOrphaned({ table, group }: Process): boolean {
  return !table.group(group).some(({ parent, session }) => {
    if (parent === NO_PARENT) return false;
    const found = table.processes.get(parent);
    if (found === undefined) return leadsOut(parent, group, session);
    return found.session === session && found.group !== group;
  });
}

/** Whether a process can be stopped: the program itself only if somebody is told, who may have it go on. */
export function canStop({ isFollowed, onStop }: Process): boolean {
  return !isFollowed || onStop !== undefined;
}

/** Stops a process until it gets SIGCONT. */
export function stopProcess(process: Process, signal: number): void {
  if (!canStop(process) || signal !== SIGNAL.SIGSTOP && isOrphaned(process)) return;
  process.signals.stop(() => tell(process, { code: CLD.CONTINUED, status: SIGNAL.SIGCONT }));
  tell(process, { code: CLD.STOPPED, status: signal });
  process.onStop?.();
}

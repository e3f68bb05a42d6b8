/**
 * A terminal that another process group is in front of: who reads from it is stopped by SIGTTIN, until it is brought to
 * the front. See termios(3), tcsetpgrp(3).
 *
 * Leaves out SIGTTOU: output from behind is shown, as without `stty tostop`.
 */

import { ERRNO } from "./abi/errno.ts";
import { IOCTL } from "./abi/ioctl.ts";
import { SI, SIGNAL, signalBit } from "./abi/signals.ts";
import type { OpenFile } from "./files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Process } from "./process.ts";
import { sendSignal } from "./signals.ts";
import { sentSignal } from "./signals/siginfo.ts";
import { canStop, isOrphaned } from "./stops.ts";
import type { Result } from "./syscall.ts";

const answer = new HostBuffer(4);

/** Whether a file is the terminal of the session, which the host's process has as well. */
function isSessionsTerminal(file: OpenFile): boolean {
  return hostCall("ioctl", file.host, IOCTL.TIOCGPGRP.number, answer.address) === 0;
}

/**
 * What a process that reads gets instead of data, if another group is in front of the terminal.
 *
 * @param retry Reads, once the process goes on.
 * @returns Nothing for a process that may read.
 */
export function readFromBehind(process: Process, file: OpenFile, retry: () => Result): Result | undefined {
  const { table, group, signals, thread } = process;
  const isInFront = table.foreground === undefined || table.foreground === group;
  if (isInFront || !canStop(process) || !isSessionsTerminal(file)) return undefined;
  const isRefused = (thread.signals.mask & signalBit(SIGNAL.SIGTTIN)) !== 0n || signals.ignores(SIGNAL.SIGTTIN);
  if (isRefused || isOrphaned(process)) return -ERRNO.EIO;
  for (const member of table.group(group)) {
    sendSignal(member, sentSignal(SIGNAL.SIGTTIN, SI.KERNEL, { pid: 0, uid: 0 }));
  }
  return { wait: { ready: () => true }, retry };
}

/** SIGPIPE: what writing to a pipe or a connection that nobody reads sends. See signal(7). */

import { SI, SIGNAL } from "./abi/signals.ts";
import type { Process } from "./process.ts";
import { sendSignal } from "./signals.ts";
import { sentSignal } from "./signals/siginfo.ts";

/** Sends the thread SIGPIPE, as write(2) to a pipe that nobody reads does. */
export function raiseBrokenPipe(process: Process): void {
  const sender = { pid: process.pid, uid: process.credentials.uid };
  sendSignal(process, sentSignal(SIGNAL.SIGPIPE, SI.USER, sender), process.thread.signals);
}

/** System calls as plugins are told of them: when they have returned, with the line that strace(1) writes. */

import type { SyscallObserver } from "../linux/observers.ts";
import { strace } from "../linux/strace.ts";
import type { Thread } from "../linux/threads.ts";
import type { PluginSyscall } from "../plugin.ts";

/**
 * Makes an observer that tells a plugin.
 *
 * @param onCall Called after each system call.
 * @param onSignal Called when a signal is delivered.
 */
export function syscallObserver(
  onCall: (call: PluginSyscall) => void,
  onSignal: (text: string) => void,
): SyscallObserver {
  let text = "";
  const starts = new Map<Thread, number>();
  const writer = strace((line) => text = line);
  return {
    entered(call) {
      writer.entered?.(call);
      starts.set(call.thread, performance.now());
    },
    left(call) {
      const milliseconds = performance.now() - (starts.get(call.thread) ?? performance.now());
      starts.delete(call.thread);
      writer.left?.(call);
      const { thread: { tid: thread }, name, registers, result = 0 } = call;
      onCall({ thread, name, arguments: registers, text, result, milliseconds });
    },
    signalled(info, process) {
      writer.signalled?.(info, process);
      onSignal(text);
    },
  };
}

/** System calls as plugins are told of them: when they have returned, with the line that strace(1) writes. */

import type { SyscallObserver } from "../linux/observers.ts";
import { strace } from "../linux/strace.ts";
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
  let start = 0;
  const writer = strace((line) => text = line);
  return {
    entered(call) {
      start = performance.now();
      writer.entered?.(call);
    },
    left(call) {
      const milliseconds = performance.now() - start;
      writer.left?.(call);
      onCall({ name: call.name, text, result: call.result ?? 0, milliseconds });
    },
    signalled(info) {
      writer.signalled?.(info);
      onSignal(text);
    },
  };
}

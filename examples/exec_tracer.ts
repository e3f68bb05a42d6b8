/**
 * Trace which programs are executed, with their arguments.
 *
 *     $ ./ceratops run --allow-run --script examples/exec_tracer.ts --env PATH=/usr/bin env echo hello
 *     executes /usr/bin/echo: echo hello
 *     hello
 */

import { guest, hookSyscall } from "ceratops";

hookSyscall("execve", {
  onEnter({ registers: [path, list] }) {
    const { memory } = guest();
    const args: string[] = [];
    for (let at = list; memory.u64(at) !== 0n; at += 8n) args.push(memory.cstring(memory.u64(at)));
    console.log(`executes ${memory.cstring(path)}: ${args.join(" ")}`);
  },
});

/**
 * See what a program writes, and where: the arguments of its `write` system calls.
 *
 *     $ ./ceratops deno run -A examples/print_writes.ts
 *     write(1, "two\nlines\n")
 *     two
 *     lines
 */

import { Emulator } from "ceratops";

using emulator = Emulator.open({ program: "/bin/echo", args: ["-e", "two\\nlines"] });
emulator.hookSyscall("write", {
  onEnter({ registers: [fd, buffer, size] }) {
    const text = new TextDecoder().decode(emulator.memory.bytes(buffer, Number(size)));
    console.log(`write(${fd}, ${JSON.stringify(text)})`);
  },
});
await emulator.run();

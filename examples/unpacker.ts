/**
 * Dump code that a program writes itself: memory that was written and is now made executable.
 *
 *     $ ./ceratops run --script examples/unpacker.ts examples/guests/packed
 *     4096 bytes became code, and begin with
 *       lea eax, [rdi + rdi*2]
 *       add eax, 7
 *       ret
 *     unpacked(5) = 22
 */

import { guest, hookSyscall } from "ceratops";

const [WRITE, EXECUTE] = [2, 4];

hookSyscall("mprotect", {
  onEnter({ registers: [address, size, protection] }) {
    const { memory } = guest();
    const wasWritable = memory.allows(Number(address), 1, WRITE);
    if (!wasWritable || !(Number(protection) & EXECUTE)) return;
    console.log(`${size} bytes became code, and begin with`);
    for (const { mnemonic, operands } of guest().disassemble(address, 3)) {
      console.log(`  ${mnemonic} ${operands}`.trimEnd());
    }
  },
});

/**
 * Stop at a function, look at registers and code, and go on.
 *
 *     $ ./ceratops deno run -A examples/stop_at_symbol.ts
 *     stopped: at length
 *     rdi points to "fib(10) = 55\n"
 *     0x40103b  cmp byte ptr [rdi], 0
 *     0x40103e  je 0x401050
 *     fib(10) = 55
 *     exited: 0
 */

import { Emulator } from "ceratops";

using emulator = Emulator.open({ program: "tests/guests/fib" });
emulator.hook("length", () => emulator.stop("at length"));

let reason = await emulator.run();
if (reason.kind === "stopped") console.log(`stopped: ${reason.why}`);
console.log(`rdi points to ${JSON.stringify(emulator.memory.cstring(emulator.cpu.rdi))}`);
for (const { address, mnemonic, operands } of emulator.disassemble(emulator.cpu.pc, 2)) {
  console.log(`0x${address.toString(16)}  ${mnemonic} ${operands}`);
}

reason = await emulator.run();
if (reason.kind === "exited") console.log(`exited: ${reason.status}`);

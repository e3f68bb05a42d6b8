/**
 * See which instructions of a function ran, and how often.
 *
 *     $ ./ceratops deno run -A examples/cover_function.ts
 *     fib(10) = 55
 *      1  cmp byte ptr [rdi], 0
 *      1  je 0x401050
 *      1  mov eax, 0
 *     13  add rax, 1
 *     13  cmp byte ptr [rdi + rax], 0
 *     13  jne 0x401045
 *      1  ret
 *      0  mov eax, 0
 *      0  ret
 */

import { Emulator } from "ceratops";

using emulator = Emulator.open({ program: "tests/guests/fib" });
await emulator.run();

const { address, size } = emulator.symbols.find("length").symbol!;
for (const { count, mnemonic, operands } of emulator.coverage.range(address, size)) {
  console.log(`${String(count).padStart(2)}  ${mnemonic} ${operands}`.trimEnd());
}

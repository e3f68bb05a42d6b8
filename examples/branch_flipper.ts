/**
 * Make a program take the other way at a conditional jump: turn the flag round that it looks at.
 *
 *     $ ./ceratops run --script examples/branch_flipper.ts examples/guests/vault hello
 *     main+0x14: jne turned round
 *     the vault is open
 */

import { guest, hookEvery } from "ceratops";

const ZERO_FLAG = 1 << 6;

hookEvery(/^(je|jne)$/, (cpu) => {
  cpu.flags ^= ZERO_FLAG;
  console.log(`${guest().symbols.describe(cpu.pc)}: ${cpu.instruction?.mnemonic} turned round`);
}, { within: ["main"] });

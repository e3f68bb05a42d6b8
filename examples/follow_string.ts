/**
 * Follow a string: which image reads the program's argument.
 *
 *     $ ./ceratops run --script examples/follow_string.ts examples/guests/sums 250
 *     250 is even
 *     three times the sum is 94125
 *     libc.so.6 read it
 */

import { guest, hook, on, watch } from "ceratops";

const readers = new Set<string>();

hook("main", (cpu) => {
  const argument = guest().memory.u64(cpu.rsi + 8n);
  const { length } = guest().memory.cbytes(argument);
  watch(argument, length, (_event, cpu) => void readers.add(cpu.symbols.imageAt(cpu.pc)?.name ?? "?"), "read");
});

on("exit", () => console.log(`${[...readers].join(", ")} read it`));

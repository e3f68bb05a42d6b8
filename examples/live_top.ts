/**
 * Show which functions are the busiest while the program runs: here at each thousandth block of its code.
 *
 *     $ ./ceratops run --script examples/live_top.ts examples/guests/sums 1500
 *     by_loop 3893, main 17
 *     by_loop 6007, by_recursion 1410
 *     by_loop 6007, by_recursion 4410
 *     by_recursion 7410, by_loop 6007
 *     by_recursion 10177, by_loop 6007
 *     by_recursion 12677, by_loop 6007
 *     by_recursion 15177, by_loop 6007
 *     1500 is even
 *     three times the sum is 3377250
 */

import { guest, hookEvery } from "ceratops";

hookEvery("block", (_cpu, hook) => {
  if (hook.hits % 1000 !== 0) return;
  const busiest = guest().coverage.symbols()
    .filter(({ image }) => image?.role === "program")
    .sort((a, b) => b.executed - a.executed)
    .slice(0, 2);
  console.log(busiest.map(({ name, executed }) => `${name} ${executed}`).join(", "));
}, { within: ["sums"] });

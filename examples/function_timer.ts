/**
 * Time functions without a clock: how many instructions each call took, those of the functions it called included.
 *
 *     $ ./ceratops run --script examples/function_timer.ts examples/guests/sums 100
 *     by_formula(100) took 8 instructions
 *     by_loop(100) took 407 instructions
 *     by_recursion(100) took 1107 instructions
 *     all(100) took 1538 instructions
 *     100 is even
 *     three times the sum is 15150
 */

import { guest, intercept } from "ceratops";

for (const name of ["all", "by_formula", "by_loop", "by_recursion"]) {
  intercept(name, {
    onEnter(_args, call) {
      call.data = guest().coverage.total;
    },
    onLeave(_result, { args, data, returnAddress }) {
      // A function that calls itself is timed as a whole.
      if (guest().symbols.at(returnAddress)?.name === name) return;
      console.log(`${name}(${args[0]}) took ${guest().coverage.total - (data as number)} instructions`);
    },
  });
}

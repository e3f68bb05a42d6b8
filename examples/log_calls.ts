/**
 * A script for `--script`: prints each call of a function with its argument and its result.
 *
 *     $ ./ceratops run --script examples/log_calls.ts tests/guests/fib
 *     length("fib(10) = 55\n") = 13
 *     fib(10) = 55
 */

import type { Emulator } from "ceratops";

export default function (emulator: Emulator) {
  emulator.intercept("length", {
    onEnter([text], call) {
      call.data = emulator.memory.cstring(text);
    },
    onLeave(result, call) {
      console.log(`length(${JSON.stringify(call.data)}) = ${result}`);
    },
  });
}

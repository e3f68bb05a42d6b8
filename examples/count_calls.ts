/**
 * Count how often a function is called.
 *
 *     $ ./ceratops deno run -A examples/count_calls.ts
 *     fib(10) = 55
 *     fib was called 177 times
 */

import { Emulator } from "ceratops";

using emulator = Emulator.open({ program: "tests/guests/fib" });
const hook = emulator.hook("fib", () => {});
await emulator.run();
console.log(`fib was called ${hook.hits} times`);

/**
 * Change what a function returns: this `fib` is wrong by one, so the program complains.
 *
 *     $ ./ceratops deno run -A examples/change_result.ts
 *     wrong
 *     exit status 31
 */

import { Emulator } from "ceratops";

using emulator = Emulator.open({ program: "tests/guests/fib" });
emulator.intercept("fib", {
  onLeave: (result, { depth }) => depth === 0 ? result + 1n : result,
});
const reason = await emulator.run();
if (reason.kind === "exited") console.log(`exit status ${reason.status}`);

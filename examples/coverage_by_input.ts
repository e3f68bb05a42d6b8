/**
 * See which inputs reach which part of a function: a map of its instructions, one line an input.
 *
 *     $ ./ceratops deno run -A examples/coverage_by_input.ts
 *     -1 ##.....##....
 *      0 ###......##..
 *      6 #####......##
 *      7 #######......
 */

import { Emulator } from "ceratops";

for (const input of ["-1", "0", "6", "7"]) {
  using emulator = Emulator.open({ program: "examples/guests/sums", args: [input] });
  emulator.hookSyscall("write", { onEnter: ({ registers }) => Number(registers[2]) });
  await emulator.run();
  const { address, size } = emulator.symbols.find("grade").symbol!;
  const map = emulator.coverage.range(address, size).map(({ count }) => count > 0 ? "#" : ".").join("");
  console.log(input.padStart(2), map);
}

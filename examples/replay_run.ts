/**
 * Run a program that prints random numbers twice, and get the same: time, chance and process ids follow from a seed.
 *
 *     $ ./ceratops deno run -A examples/replay_run.ts
 *     seed 1: the same again
 *     seed 2: the same again
 *     the two seeds differ
 */

import { Emulator } from "ceratops";

/** What a program writes; it is not written. */
async function output(seed: number): Promise<string> {
  using emulator = Emulator.open({ program: "/usr/bin/mktemp", args: ["-u"], deterministic: { seed } });
  let text = "";
  emulator.hookSyscall("write", {
    onEnter({ registers: [, buffer, size] }) {
      text += new TextDecoder().decode(emulator.memory.bytes(buffer, Number(size)));
      return size;
    },
  });
  await emulator.run();
  return text;
}

const [first, second] = [await output(1), await output(2)];
console.log(`seed 1: ${first === await output(1) ? "the same again" : "something else"}`);
console.log(`seed 2: ${second === await output(2) ? "the same again" : "something else"}`);
console.log(`the two seeds ${first === second ? "agree" : "differ"}`);

/**
 * Fuzz one function in a loop: keep changed inputs that get further, until it says yes. The guest stands in main.
 *
 *     $ ./ceratops deno run -A examples/magic_input.ts
 *     topaz42 opens it, after 245 calls
 */

import { Emulator } from "ceratops";

using emulator = Emulator.open({ program: "examples/guests/vault", deterministic: true });
emulator.hook("main", (_cpu, hook) => {
  hook.detach();
  emulator.stop();
});
await emulator.run();

// How far an input gets is how many of its characters strcmp looked at before it gave up.
let [best, calls] = ["", 0];
const buffer = emulator.cpu.sp - 4096n;
let compared = 0;
emulator.replace("libc.so.6:strcmp", (a, b) => {
  const [one, two] = [a, b].map((address) => emulator.memory.cbytes(address));
  compared = one.findIndex((byte, index) => byte !== two[index]);
  return one.length === two.length && compared < 0 ? 0n : 1n;
});
for (;;) {
  const next = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
  const found = [];
  for (const letter of next) {
    emulator.memory.write(buffer, new TextEncoder().encode(`${best}${letter}\0`));
    calls++;
    if (await emulator.call("check", buffer) === 1n) {
      console.log(`${best}${letter} opens it, after ${calls} calls`);
      Deno.exit();
    }
    if (compared < 0) found.push(letter);
  }
  best += found[0];
}

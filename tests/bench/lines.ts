/**
 * Opens a file with debug information and looks source lines up: `lines.ts FILE`. Prints milliseconds to the first answer,
 * peak MiB, and look-ups a second once warm. Times are the processor's, as other work may share it.
 */

import { Image } from "../../engine/symbols/mod.ts";

const ROUNDS = 20;
/** Milliseconds of a tick of /proc. */
const TICK = 10;

/** Milliseconds that this thread has had the processor. */
function processorTime(): number {
  const [, rest] = Deno.readTextFileSync(`/proc/self/task/${Deno.pid}/stat`).split(") ");
  const fields = rest.split(" ").map(Number);
  return (fields[11] + fields[12]) * TICK;
}

const start = processorTime();
const image = Image.ofFile(Deno.args[0]);
const [first] = image.symbols().functions();
image.lineAt(Number(first.address));
const opened = processorTime() - start;
const peak = Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]) / 1024;
const addresses = image.symbols().functions().flatMap(({ address, size }) =>
  Array.from({ length: Math.min(size >> 4, 16) }, (_, index) => Number(address) + index * 16)
);
for (const address of addresses) image.lineAt(address);
const warm = processorTime();
for (let round = 0; round < ROUNDS; round++) for (const address of addresses) image.lineAt(address);
const rate = ROUNDS * addresses.length / (processorTime() - warm) / 1000;
console.log(opened, peak.toFixed(0), rate.toFixed(2));

/**
 * Runs guests that make system calls by chance, one after the other in this process: `run.ts FIRST COUNT CALLS PATIENCE`. A
 * guest that takes longer than that many milliseconds, as it may wait for ever, is asked to stop.
 *
 * Whatever a guest does, the host must go on: no exception, no wait that cannot be ended, no more descriptors and hardly
 * more memory after hundreds of guests than after some. Prints the seed that showed otherwise, and ends with 1.
 */

import { Emulator, type StopReason } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

/** How long stopping a guest may take at most. */
const STOP_MILLISECONDS = 10_000;
/** Guests after which memory and descriptors are taken for settled. */
const WARM = 10;
const MOST_GROWTH = 256 << 20;

const [first = 1, count = 20, calls = 2000, patience = 5000] = Deno.args.map(Number);
const program = await compile(new URL("./calls.c", import.meta.url), ["-O1", "-w", "-static"]);
const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1]) * 1024;

function fail(seed: number, problem: string): never {
  console.log(`seed ${seed}: ${problem}`);
  Deno.exit(1);
}

/** What happened, or undefined if it took too long. */
async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), milliseconds));
  const result = await Promise.race([work, late]);
  clearTimeout(timer);
  return result;
}

async function one(seed: number): Promise<StopReason> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-fuzz-" }));
  try {
    await Deno.mkdir(`${folder}/folder`);
    await Deno.symlink("loop", `${folder}/loop`);
    await Deno.symlink("folder", `${folder}/link`);
    using emulator = Emulator.open({
      program,
      args: [String(seed), String(calls), folder],
      counting: seed % 2 === 0,
      permissions: { write: [folder], net: ["127.0.0.1"] },
    });
    const hook = emulator.hookSyscall(/./, {});
    using _ = { [Symbol.dispose]: () => void (made += hook.hits) };
    const running = emulator.run();
    const ended = await within(running, patience);
    if (ended !== undefined) return ended;
    emulator.interrupt();
    return await within(running, STOP_MILLISECONDS) ?? fail(seed, "the guest cannot be stopped");
  } finally {
    await new Deno.Command("chmod", { args: ["-R", "u+rwx", folder] }).output();
    await Deno.remove(folder, { recursive: true });
  }
}

addEventListener("unhandledrejection", (event) => fail(-1, `unhandled: ${Deno.inspect(event.reason)}`));
let settled = { descriptors: Infinity, memory: Infinity };
let made = 0;
const ends = new Map<string, number>();
for (let seed = first; seed < first + count; seed++) {
  let reason: StopReason;
  try {
    reason = await one(seed);
  } catch (error) {
    fail(seed, Deno.inspect(error));
  }
  if (reason.kind === "failed") fail(seed, Deno.inspect(reason.error));
  const how = reason.kind === "signalled" ? reason.name : reason.kind;
  ends.set(how, (ends.get(how) ?? 0) + 1);
  if (seed - first === WARM) settled = { descriptors: descriptors(), memory: memory() };
  if (descriptors() > settled.descriptors) {
    fail(seed, `${descriptors()} descriptors are open, not ${settled.descriptors}`);
  }
  const growth = memory() - settled.memory;
  if (growth > MOST_GROWTH) fail(seed, `${growth} bytes more are used than after ${WARM} guests`);
}
console.log(`${made} calls; ${[...ends].map(([how, times]) => `${how} ${times}`).sort().join(", ")}`);

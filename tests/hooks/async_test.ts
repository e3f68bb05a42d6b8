/** Closures that are async: the guest waits for them where they were called. */

import assert from "node:assert/strict";
import { Emulator, type StopReason } from "../../mod.ts";
import { FIB } from "../repl/cli/command.ts";

const later = () => new Promise((resolve) => setTimeout(resolve, 5));

/** What fib executes: as the tutorial's plugins count it. */
const ALL = 2627;

Deno.test("hook() has the guest wait for an async closure, which can change registers after it waited", async () => {
  using emulator = Emulator.open({ program: FIB });
  const seen: (bigint | boolean)[] = [];
  emulator.hook("length", async (cpu) => {
    const { pc } = cpu;
    await later();
    seen.push(cpu.pc === pc, emulator.isHeld, emulator.isRunning);
    cpu.rdi += 4n;
  });
  emulator.hookSyscall("write", { onEnter: ({ registers }) => void seen.push(registers[2]) });
  const { address } = emulator.symbols.find("length");
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  // Four characters fewer: four turns of the loop with three instructions each.
  assert.deepEqual(seen, [true, true, true, BigInt("fib(10) = 55\n".length - 4)]);
  assert.equal(emulator.coverage.total, ALL - 4 * 3);
  assert.equal(emulator.coverage.counts().get(Number(address)), 1);
});

Deno.test("an async closure may move the program counter, stop the guest or fail after it waited", async () => {
  async function run(closure: (emulator: Emulator) => void): Promise<StopReason> {
    using emulator = Emulator.open({ program: FIB });
    emulator.hook("length", async () => {
      await later();
      closure(emulator);
    });
    const reason = await emulator.run();
    if ("pc" in reason) assert.equal(reason.pc, emulator.symbols.find("length").address);
    return reason;
  }
  const skipped = await run(({ cpu }) => cpu.return(4n));
  assert.deepEqual(skipped, { kind: "exited", status: 0 });
  const stopped = await run((emulator) => emulator.stop("enough"));
  assert(stopped.kind === "stopped" && stopped.why === "enough");
  const error = new RangeError("far");
  const failed = await run(() => {
    throw error;
  });
  assert(failed.kind === "failed" && failed.error === error);
});

Deno.test("intercept() waits for what an async onLeave has for the function's result", async () => {
  using emulator = Emulator.open({ program: FIB });
  emulator.intercept("fib", {
    async onLeave(result, { depth }) {
      if (depth > 0) return;
      await later();
      return result + 1n;
    },
  });
  // fib.c: with another result it exits with unreached of the text's second character, the r of wrong.
  assert.deepEqual(await emulator.run(), { kind: "exited", status: ("r".charCodeAt(0) * 7 + 1) % 256 });
});

Deno.test("step() counts an instruction that an async closure held once", async () => {
  using emulator = Emulator.open({ program: FIB });
  let calls = 0;
  emulator.hook("_start", async () => {
    calls++;
    await later();
  });
  const { pc } = emulator.cpu;
  const [first, second] = emulator.disassemble(pc, 2);
  assert.deepEqual(await emulator.step(), { kind: "stepped", pc: second.address });
  assert.equal(first.address, pc);
  assert.equal(calls, 1);
  await emulator.run();
  assert.equal(emulator.coverage.total, ALL);
});

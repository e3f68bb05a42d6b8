/** Closures that change the flags inside of a block. The guest is the vault, whose main has one jne. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { ROOT } from "../repl/cli/command.ts";

const options = { program: `${ROOT}/examples/guests/vault`, args: ["x"], env: {} };
const WRONG = { kind: "exited", status: 1 };
const OPEN = { kind: "exited", status: 0 };
const ZERO_FLAG = 1 << 6;

Deno.test("flags that a closure sets inside of a block are those that a conditional jump finds", async () => {
  using plain = Emulator.open(options);
  assert.deepEqual(await plain.run(), WRONG);
  using emulator = Emulator.open(options);
  const { address, size } = emulator.symbols.find("main").symbol ?? assert.fail();
  const jump = emulator.disassemble(address, size).find(({ mnemonic }) => mnemonic === "jne") ?? assert.fail();
  const hook = emulator.hook(jump.address, (cpu) => void (cpu.flags ^= ZERO_FLAG));
  assert.deepEqual(await emulator.run(), OPEN);
  assert.equal(hook.hits, 1);
  assert.equal(emulator.coverage.counts().get(Number(jump.address)), 1);
});

/** Hooks on functions that the dynamic linker chooses for the CPU (STT_GNU_IFUNC), as glibc's string functions are. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const SOURCE = `
#include <string.h>
#include <stdio.h>
static const char *volatile texts[] = {"", "a", "bc", "def", "ghij"};
__attribute__((noinline, noclone)) static size_t sum(void) {
  size_t all = 0;
  for (int n = 0; n < 5; n++) all += strlen(texts[n]);
  return all;
}
int main(void) { return (int)(sum() + sum()); }`;

/** strlen is an indirect function, as readelf shows it; else these tests would show nothing. */
Deno.test("glibc's strlen is an indirect function", async () => {
  const program = await compile(SOURCE, ["-O1", "-fno-builtin"]);
  using emulator = Emulator.open({ program });
  await emulator.run();
  const { path } = emulator.symbols.image("libc.so.6");
  const { stdout } = await new Deno.Command("readelf", { args: ["-W", "--dyn-syms", path] }).output();
  assert.match(new TextDecoder().decode(stdout), / IFUNC +GLOBAL +DEFAULT +\d+ strlen@@/);
  assert.equal(emulator.symbols.find("libc.so.6:strlen").symbol?.isIndirect, true);
});

for (
  const [how, flags] of [
    ["bound at its first call", ["-Wl,-z,lazy"]],
    ["bound at the start", ["-Wl,-z,now"]],
    ["in a static program", ["-static"]],
  ] as const
) {
  Deno.test(`hook() on an indirect function that is ${how} is called at each call`, async () => {
    const program = await compile(SOURCE, ["-O1", "-fno-builtin", ...flags]);
    using emulator = Emulator.open({ program });
    const lengths: number[] = [];
    emulator.intercept("strlen", {
      onLeave(result, { returnAddress }) {
        if (emulator.symbols.at(returnAddress)?.name === "sum") lengths.push(Number(result));
      },
    }, { pending: true });
    assert.deepEqual(await emulator.run(), { kind: "exited", status: 20 });
    assert.deepEqual(lengths, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  });

  Deno.test(`hook() on one that is ${how} works when it is attached late, and call() calls it`, async () => {
    const program = await compile(SOURCE, ["-O1", "-fno-builtin", ...flags]);
    using emulator = Emulator.open({ program });
    const stop = emulator.hook("sum", () => stop.hits === 2 && emulator.stop());
    await emulator.run();
    let calls = 0;
    emulator.hook("strlen", ({ returnAddress, symbols }) => {
      if (symbols.at(returnAddress)?.name === "sum") calls++;
    });
    const text = emulator.memory.u64(emulator.symbols.find("texts").address + 32n);
    assert.equal(await emulator.call("strlen", text), 4n);
    assert.deepEqual(await emulator.run(), { kind: "exited", status: 20 });
    assert.equal(calls, 5);
  });
}

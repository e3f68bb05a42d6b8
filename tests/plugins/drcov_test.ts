import assert from "node:assert/strict";
import drcov from "../../plugins/drcov.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportBytes, runPlugin, tutorial } from "./run.ts";

/** Reads a drcov file, version 2, as https://www.ayrx.me/drcov-file-format describes it. */
function readDrcov(bytes: Uint8Array) {
  let at = 0;
  const line = () => {
    const end = bytes.indexOf(10, at);
    const text = new TextDecoder().decode(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  assert.equal(line(), "DRCOV VERSION: 2");
  assert.match(line(), /^DRCOV FLAVOR: /);
  const count = Number(/^Module Table: version 2, count (\d+)$/.exec(line())?.[1]);
  const columns = line().replace("Columns: ", "").split(", ");
  const modules = Array.from({ length: count }, () => {
    const cells = line().split(",").map((cell) => cell.trim());
    assert.equal(cells.length, columns.length);
    return Object.fromEntries(columns.map((name, index) => [name, cells[index]]));
  });
  const total = Number(/^BB Table: (\d+) bbs$/.exec(line())?.[1]);
  assert.equal(bytes.length - at, 8 * total);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const blocks = Array.from({ length: total }, (_, index) => ({
    start: view.getUint32(8 * index, true),
    size: view.getUint16(8 * index + 4, true),
    module: view.getUint16(8 * index + 6, true),
  }));
  return { modules, blocks };
}

Deno.test("drcov has the blocks of the tutorial's trace", async () => {
  using run = await runPlugin(drcov);
  const { modules, blocks } = readDrcov(reportBytes(run.handle));
  assert.equal(modules.length, 1);
  assert.deepEqual([modules[0].id, BigInt(modules[0].base), modules[0].path], ["0", 0x400000n, FIB]);
  const traced = new Set(
    [...tutorial("trace").matchAll(/0x(\w+) \[(\d+)\]/g)].map(([, at, size]) => `${parseInt(at, 16)} ${size}`),
  );
  assert.deepEqual(new Set(blocks.map(({ start, size }) => `${0x400000 + start} ${size}`)), traced);
});

Deno.test("drcov has a module for each image of a dynamic program", async () => {
  using run = await runPlugin(
    drcov,
    {},
    await compile(`#include <stdio.h>\nint main(void) { return fflush(stdout); }`),
  );
  const { modules, blocks } = readDrcov(reportBytes(run.handle));
  assert.ok(modules.some(({ path }) => /\/libc\.so\.6$/.test(path)));
  assert.ok(modules.some(({ path }) => /\/ld-linux/.test(path)));
  assert.deepEqual(modules.map(({ id }) => Number(id)), [...modules.keys()]);
  for (const { start, size, module } of blocks) {
    const { base, end } = modules[module];
    assert.ok(BigInt(base) + BigInt(start + size) <= BigInt(end));
  }
});

Deno.test("drcov refuses an output that takes text only", async () => {
  using run = await runPlugin(drcov);
  assert.throws(() => run.report(), /Cannot use plugin drcov: its drcov report is binary; have it written to a file/);
});

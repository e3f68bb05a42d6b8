import assert from "node:assert/strict";
import { CacheModel, readCacheGeometry } from "../../mod.ts";
import cache from "../../plugins/cache.ts";
import { compile } from "../programs/compile.ts";
import { hasTool, runTool } from "../programs/tool.ts";
import { runPlugin } from "./run.ts";

/**
 * What cachegrind of valgrind 3.19 says of cache_guest.s, with `--cache-sim=yes --I1=... --D1=... --LL=...`. It counts
 * `rep movsq` once more than the CPU executes it, so its I refs are 1,013,110.
 */
const CACHEGRIND = {
  "l1i=32k:8:64,l1d=32k:8:64,ll=8m:16:64": {
    ...{ executed: 1_013_109, i1: 5, lli: 5 },
    ...{ reads: 286_740, d1Reads: 77_800, llReads: 4_096, writes: 141_204, d1Writes: 2_287, llWrites: 1_025 },
  },
  "l1i=1k:2:64,l1d=4k:2:32,ll=64k:4:64": {
    ...{ executed: 1_013_109, i1: 5, lli: 5 },
    ...{ reads: 286_740, d1Reads: 100_263, llReads: 58_012, writes: 141_204, d1Writes: 4_061, llWrites: 2_287 },
  },
};

async function run(settings: string) {
  const params = Object.fromEntries(settings.split(",").map((setting) => setting.split("=")));
  const program = await compile(new URL("cache_guest.s", import.meta.url), ["-nostdlib", "-static", "-no-pie"]);
  using result = await runPlugin(cache, params, program);
  return JSON.parse(result.report("json"));
}

for (const [settings, expected] of Object.entries(CACHEGRIND)) {
  Deno.test(`cache with ${settings} has the misses that cachegrind has`, async () => {
    const { total: { cycles, ...total } } = await run(settings);
    assert.deepEqual(total, expected);
    const { i1, lli, d1Reads, d1Writes, llReads, llWrites } = expected;
    assert.equal(
      cycles,
      expected.executed + 10 * (i1 + d1Reads + d1Writes) + 100 * (lli + llReads + llWrites),
    );
  });
}

/** A way of none of data has more than 4096 bytes: which page the stack is on makes no difference. */
const GEOMETRIES = [
  ["512:1:32", "1024:1:32", "4096:1:64"], // direct-mapped
  ["4096:64:64", "2048:64:32", "65536:256:256"], // fully associative, or nearly
  ["65536:2:64", "49152:12:64", "65536:16:64"], // sets, but no power of two of ways
  ["8192:4:128", "16384:8:32", "8192:2:512"],
];
for (const [l1i, l1d, ll] of GEOMETRIES) {
  Deno.test({
    name: `cache with ${l1i}, ${l1d} and ${ll} has the misses of cachegrind, which runs (needs valgrind)`,
    ignore: !hasTool("valgrind"),
    async fn() {
      const program = await compile(new URL("cache_guest.s", import.meta.url), ["-nostdlib", "-static", "-no-pie"]);
      const comma = (text: string) => text.replaceAll(":", ",");
      const out = await Deno.makeTempFile();
      const geometry = [`--I1=${comma(l1i)}`, `--D1=${comma(l1d)}`, `--LL=${comma(ll)}`];
      await runTool("valgrind", [
        "--tool=cachegrind",
        "--cache-sim=yes",
        `--cachegrind-out-file=${out}`,
        ...geometry,
        program,
      ]);
      const sums = /^summary: (.*)$/m.exec(await Deno.readTextFile(out))?.[1].split(" ").map(Number) ?? [];
      await Deno.remove(out);
      const { total } = await run(`l1i=${l1i},l1d=${l1d},ll=${ll}`);
      const { executed, i1, lli, reads, d1Reads, llReads, writes, d1Writes, llWrites } = total;
      // It counts `rep movsq` once more than the CPU executes it.
      assert.deepEqual([executed + 1, i1, lli, reads, d1Reads, llReads, writes, d1Writes, llWrites], sums);
    },
  });
}

Deno.test("cache has the misses of symbols and of instructions where they happen", async () => {
  const { symbols, instructions, total } = await run("limit=1000");
  const sum = (rows: readonly Record<string, number>[], name: string) =>
    rows.reduce((all, row) => all + Number(row[name]), 0);
  for (const name of ["d1Reads", "d1Writes", "llReads", "i1", "executed"]) {
    assert.equal(sum(symbols, name), total[name]);
  }
  for (const name of ["d1Reads", "d1Writes", "llReads", "i1"]) assert.equal(sum(instructions, name), total[name]);
  // `rows` walks 2^18 bytes that nothing else has touched, with 4 bytes an access and 64 a line.
  const rows = symbols.find(({ symbol }: { readonly symbol: string }) => symbol === "rows");
  assert.deepEqual([rows.reads, rows.d1Reads, rows.llReads], [2 ** 16, 2 ** 12, 2 ** 12]);
});

Deno.test("CacheModel.use() puts out what its policy says", () => {
  const misses = (policy: "lru" | "fifo", lines: string) => {
    const model = new CacheModel({ size: 128, ways: 2, line: 64 }, policy);
    return [...lines].filter((line) => !model.use(line.charCodeAt(0))).join("");
  };
  assert.equal(misses("lru", "ABACABC"), "ABCBC");
  assert.equal(misses("fifo", "ABACABC"), "ABCABC");
  assert.equal(misses("fifo", "ABACBAC"), "ABCA");
});

Deno.test("readCacheGeometry() says what is wrong", () => {
  assert.deepEqual(readCacheGeometry("32k:8:64"), { size: 32768, ways: 8, line: 64 });
  assert.match(String(readCacheGeometry("32k")), /size:ways:line/);
  assert.match(String(readCacheGeometry("32k:8:60")), /power of two/);
  assert.match(String(readCacheGeometry("33k:8:64")), /power of two/);
});

/**
 * Simulates caches, as cachegrind does: a first level for instructions and one for data, over a last level for both.
 *
 * A line is loaded by reads and writes alike; what touches two lines misses once at most; an instruction that reads and
 * writes one place counts as a read. Cycles are an estimate: one an instruction, and the cost of each miss on top.
 * Leaves out prefetching, translation of addresses, what the kernel accesses, and fetches of single-stepped code.
 */

import {
  CacheSimulation,
  definePlugin,
  EVENT,
  readCacheGeometry,
  type ReplacementPolicy,
  symbolLabel,
  textTable,
} from "../mod.ts";

const POLICIES = ["lru", "fifo", "random"];
const geometry = (text: string) => {
  const read = readCacheGeometry(text);
  return typeof read === "string" ? read : undefined;
};
const positive = (value: number) => value >= 0 ? undefined : "it must not be negative";

/** What an instruction did to the caches. */
interface Misses {
  executed: number;
  i1: number;
  lli: number;
  reads: number;
  d1Reads: number;
  llReads: number;
  writes: number;
  d1Writes: number;
  llWrites: number;
}

function noMisses(): Misses {
  return { executed: 0, i1: 0, lli: 0, reads: 0, d1Reads: 0, llReads: 0, writes: 0, d1Writes: 0, llWrites: 0 };
}

function add(to: Misses, more: Misses): void {
  for (const name of Object.keys(more) as (keyof Misses)[]) to[name] += more[name];
}

export default definePlugin({
  name: "cache",
  description: "Misses of simulated caches, by symbol and instruction",
  formats: ["text", "json"],
  params: {
    l1i: { type: "string", default: "32k:8:64", description: "Instructions: size:ways:line", check: geometry },
    l1d: { type: "string", default: "32k:8:64", description: "Data: size:ways:line", check: geometry },
    ll: { type: "string", default: "8m:16:64", description: "Last level: size:ways:line", check: geometry },
    policy: {
      type: "string",
      default: "lru",
      description: "What a new line replaces: lru, fifo or random",
      check: (text: string) => POLICIES.includes(text) ? undefined : `it must be one of ${POLICIES.join(", ")}`,
    },
    miss: { type: "number", default: 10, description: "Cycles of a miss in the first level", check: positive },
    llmiss: { type: "number", default: 100, description: "Cycles of a miss in the last level", check: positive },
    limit: { type: "number", default: 20, description: "Rows of each table", check: positive },
  },
  setup(api) {
    let simulation = simulate();

    function simulate(): CacheSimulation {
      const [i1, d1, ll] = [api.params.l1i, api.params.l1d, api.params.ll].map((text) => {
        const read = readCacheGeometry(text);
        if (typeof read === "string") throw new Error(read);
        return read;
      });
      return new CacheSimulation({ i1, d1, ll }, api.params.policy as ReplacementPolicy);
    }

    const sites = api.onEvents(["accesses", "fetches"], (batch) => simulation.take(batch, sites), {
      lines: () => simulation.lines,
    });

    api.onParamsChange((name) => {
      if (["l1i", "l1d", "ll", "policy"].includes(name)) start();
    });
    api.onReset(() => simulation.reset(sites));

    /** Simulates anew, with empty caches. */
    function start(): void {
      simulation = simulate();
      simulation.reset(sites);
    }

    /** What each instruction did, by address. */
    function byInstruction(): Map<number, Misses> {
      const rows = new Map<number, Misses>();
      const row = (pc: number) => {
        let found = rows.get(pc);
        if (found === undefined) rows.set(pc, found = noMisses());
        return found;
      };
      for (const [pc, executed] of api.coverage.counts()) row(pc).executed = executed;
      for (let site = 0; site < sites.length; site++) {
        const { refs, first, last } = simulation.misses(site, sites);
        if (refs === 0) continue;
        const found = row(sites.pcs[site]);
        if (sites.kinds[site] === EVENT.FETCH) {
          found.i1 += first;
          found.lli += last;
          continue;
        }
        const isRead = (sites.kinds[site] & EVENT.READ) !== 0;
        found[isRead ? "reads" : "writes"] += refs;
        found[isRead ? "d1Reads" : "d1Writes"] += first;
        found[isRead ? "llReads" : "llWrites"] += last;
      }
      return rows;
    }

    const cycles = (row: Misses) =>
      row.executed + (row.i1 + row.d1Reads + row.d1Writes) * api.params.miss +
      (row.lli + row.llReads + row.llWrites) * api.params.llmiss;

    function where(pc: number): string {
      const address = BigInt(pc);
      const image = api.images.find(({ start, end }) => start <= address && address < end);
      return symbolLabel(api.symbolAt(address), image, address);
    }

    api.onReport((report) => {
      const instructions = byInstruction();
      const total = noMisses();
      const symbols = new Map<string, Misses>();
      for (const [pc, row] of instructions) {
        add(total, row);
        const symbol = api.symbolAt(BigInt(pc));
        const name = symbol === undefined ? api.imageAt(BigInt(pc)) ?? "anonymous memory" : symbol.name;
        const sum = symbols.get(name) ?? noMisses();
        symbols.set(name, sum);
        add(sum, row);
      }
      const bySymbol = [...symbols].map(([symbol, row]) => ({ symbol, ...row, cycles: cycles(row) }))
        .sort((a, b) => b.cycles - a.cycles).slice(0, api.params.limit);
      const worst = [...instructions].filter(([, row]) => cycles(row) > row.executed)
        .map(([pc, row]) => ({ address: BigInt(pc), where: where(pc), ...row, cycles: cycles(row) }))
        .sort((a, b) => b.cycles - b.executed - a.cycles + a.executed || Number(a.address - b.address))
        .slice(0, api.params.limit);
      if (report.format === "json") {
        return report.writeJson({ total: { ...total, cycles: cycles(total) }, symbols: bySymbol, instructions: worst });
      }
      report.write(summary(total, cycles(total)));
      const columns = ["CYCLES", "IR", "I1MR", "LLIMR", "DR", "D1MR", "LLDMR", "DW", "D1MW", "LLDMW"];
      const cells = (row: Misses) => [
        ...[cycles(row), row.executed, row.i1, row.lli, row.reads, row.d1Reads, row.llReads],
        ...[row.writes, row.d1Writes, row.llWrites],
      ];
      report.write(`\n${textTable([...columns, "SYMBOL"], bySymbol.map((row) => [...cells(row), row.symbol]))}`);
      report.write(`\n${
        textTable(
          ["ADDRESS", ...columns, "INSTRUCTION"],
          worst.map((row) => [
            `0x${row.address.toString(16)}`,
            ...cells(row),
            `${text(row.address)} in ${row.where}`,
          ]),
        )
      }`);
    });

    function text(address: bigint): string {
      const [instruction] = api.disassemble(address, 15);
      return instruction === undefined ? "" : `${instruction.mnemonic} ${instruction.operands}`.trim();
    }
  },
});

function summary(total: Misses, cycles: number): string {
  const { executed, i1, lli, reads, d1Reads, llReads, writes, d1Writes, llWrites } = total;
  const rate = (misses: number, refs: number) => refs === 0 ? "-" : `${(100 * misses / refs).toFixed(2)}%`;
  const data = reads + writes;
  const [first, last] = [d1Reads + d1Writes, llReads + llWrites];
  const lastRefs = i1 + first;
  return textTable(["", "ALL", "READS", "WRITES", "RATE"], [
    ["I refs", executed, executed, 0, "-"],
    ["I1 misses", i1, i1, 0, rate(i1, executed)],
    ["LLi misses", lli, lli, 0, rate(lli, executed)],
    ["D refs", data, reads, writes, "-"],
    ["D1 misses", first, d1Reads, d1Writes, rate(first, data)],
    ["LLd misses", last, llReads, llWrites, rate(last, data)],
    ["LL refs", lastRefs, i1 + d1Reads, d1Writes, "-"],
    ["LL misses", lli + last, lli + llReads, llWrites, rate(lli + last, executed + data)],
  ]) + `\nestimated cycles: ${cycles}\n`;
}

/**
 * The number of instructions that the program executed, on request by thread or by symbol.
 *
 * The total and the symbols cost nothing: they are counted anyway. By thread it costs nanoseconds a block.
 */

import { definePlugin, type PluginApi } from "../mod.ts";

/** Counts instructions of each thread from now on. */
function countThreads({ cpu, onTranslate, onFlow, onLeave, onReset }: PluginApi): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const lengths: number[] = [];
  const addresses = new Map<bigint, readonly bigint[]>();
  const add = (thread: number, count: number) => counts.set(thread, (counts.get(thread) ?? 0) + count);
  onTranslate(({ id, address, instructions }) => {
    lengths[id] = instructions.length;
    addresses.set(address, instructions.map((instruction) => instruction.address));
  });
  onFlow((batch) => {
    let executed = 0;
    for (let at = 0; at < batch.length; at++) executed += lengths[batch.block(at)] ?? 0;
    add(batch.thread, executed);
  });
  onLeave((block, pc) => add(cpu.thread, -(addresses.get(block) ?? []).filter((address) => address >= pc).length));
  onReset(() => counts.clear());
  return counts;
}

export default definePlugin({
  name: "icount",
  description: "The number of executed instructions",
  formats: ["text", "json"],
  params: {
    by: {
      type: "string",
      default: "total",
      description: "Also by thread or by symbol; by thread from the start only",
      check: (text: string) =>
        ["total", "thread", "symbol"].includes(text) ? undefined : "it must be total, thread or symbol",
    },
  },
  setup(api) {
    const { guest, coverage, params } = api;
    const threads = params.by === "thread" ? countThreads(api) : undefined;

    /** Rows of the report besides the total: what, and how many instructions. */
    function rows(): readonly (readonly [name: string, executed: number])[] {
      if (threads !== undefined) return [...threads].map(([id, executed]) => [`thread ${id}`, executed]);
      if (params.by !== "symbol") return [];
      return symbols().map(({ name, isNamed, image, executed }) => [
        ...[isNamed ? `${image?.name ?? ""}:${name}` : name, executed] as const,
      ]);
    }

    const symbols = () => coverage.symbols().sort((a, b) => b.executed - a.executed);

    /** The rows as records; two functions may have one name. */
    function records(): Readonly<Record<string, unknown>> {
      if (threads !== undefined) return { thread: Object.fromEntries(threads) };
      if (params.by !== "symbol") return {};
      return {
        symbol: symbols().map(({ name, isNamed, image, address, executed }) => ({
          ...{ symbol: isNamed ? name : undefined, image: image?.name, address, instructions: executed },
        })),
      };
    }

    api.onReport((report) => {
      const { total } = coverage;
      const { program, pid } = guest;
      if (report.format === "json") {
        return report.writeJson({ program, pid, instructions: total, ...records() });
      }
      report.write(`${program} (${pid}): number of executed instructions on CPU #0 = ${total}\n`);
      for (const [name, executed] of rows()) report.write(`${String(executed).padStart(12)}  ${name}\n`);
    });
  },
});

/**
 * Basic block vectors for SimPoint: a line an interval, `T:block:count` for each block that ran in it.
 *
 * The count is of instructions executed in the block. A block in which an interval ends is divided between it and the
 * next; the last interval may be shorter. Costs a callback a block. Format: https://valgrind.org/docs/manual/bbv-manual.html
 */

import { definePlugin } from "../mod.ts";

export default definePlugin({
  name: "bbv",
  description: "Basic block vectors for SimPoint",
  params: {
    interval: {
      type: "number",
      default: 100_000,
      description: "Instructions in an interval",
      check: (value: number) => value >= 1 ? undefined : "it must be positive",
    },
  },
  setup(api) {
    const ids = new Map<bigint, number>();
    let counts = new Map<number, number>();
    let executed = 0;

    function end() {
      const entries = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
      if (entries.length > 0) api.output.write(`T${entries.map(([id, count]) => `:${id}:${count} `).join("")}\n`);
      counts = new Map();
      executed = 0;
    }

    api.onTranslate((block) => {
      const { address, instructions: { length } } = block;
      const id = ids.get(address) ?? ids.size + 1;
      ids.set(address, id);
      block.onExecute(() => {
        for (let left = length; left > 0;) {
          const part = Math.min(left, Math.max(1, Math.floor(api.params.interval) - executed));
          counts.set(id, (counts.get(id) ?? 0) + part);
          executed += part;
          left -= part;
          if (executed >= api.params.interval) end();
        }
      });
    });
    api.onReport(end);
    api.onReset(() => {
      counts = new Map();
      executed = 0;
    });
  },
});

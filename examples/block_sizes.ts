/**
 * A plugin in one file: how many blocks of each size ran.
 *
 *     $ ./ceratops run --plugin examples/block_sizes.ts,longest=4 tests/guests/fib
 *     fib(10) = 55
 *     1 instruction: 1 block
 *     2 instructions: 4 blocks
 *     3 instructions: 3 blocks
 *     4 instructions: 1 block
 */

import { definePlugin } from "ceratops";

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

export default definePlugin({
  name: "block-sizes",
  description: "How many blocks of each size ran",
  params: {
    longest: { type: "number", default: 100, description: "Most instructions to list" },
  },
  setup(api) {
    const blocks = new Map<number, number>();
    api.onTranslate(({ instructions: { length } }) => {
      blocks.set(length, (blocks.get(length) ?? 0) + 1);
    });
    api.onReport((report) => {
      for (const [length, count] of [...blocks].sort(([a], [b]) => a - b)) {
        if (length > api.params.longest) break;
        report.write(`${plural(length, "instruction")}: ${plural(count, "block")}\n`);
      }
    });
  },
});

/**
 * Basic block vectors for SimPoint: a line an interval, `T:block:count` for each block that ran in it.
 *
 * The count is of instructions executed in the block. A block in which an interval ends is divided between it and the
 * next; the last interval may be shorter. JSON also says what the blocks are. All threads are in one file, where
 * valgrind's has one each. Format: https://valgrind.org/docs/manual/bbv-manual.html
 */

import { definePlugin, symbolLabel } from "../mod.ts";

/** A block that has a number in the vectors. */
interface Block {
  readonly address: bigint;
  readonly addresses: readonly bigint[];
  readonly where: string;
}

export default definePlugin({
  name: "bbv",
  description: "Basic block vectors for SimPoint",
  formats: ["text", "json"],
  params: {
    interval: {
      type: "number",
      default: 100_000,
      description: "Instructions in an interval",
      check: (value: number) => value >= 1 ? undefined : "it must be positive",
    },
  },
  setup(api) {
    const blocks: Block[] = [];
    const numbers = new Map<string, number>();
    /** Indices into `blocks` by the blocks' ids, plus one. */
    const indices: number[] = [];
    /** Instructions executed in the interval at hand, by block. */
    let counts = new Float64Array(1024);
    let executed = 0;
    /** The block entered last, plus one: it counts when it is known that it was not left before its end. */
    let pending = 0;
    let intervals: (readonly (readonly [block: number, count: number])[])[] = [];

    function end(): void {
      const vector: [number, number][] = [];
      for (let at = 0; at < blocks.length; at++) if (counts[at] > 0) vector.push([at + 1, counts[at]]);
      counts.fill(0);
      executed = 0;
      if (vector.length === 0) return;
      if (api.params.format === "json") intervals.push(vector);
      else api.output.write(`T${vector.map(([number, count]) => `:${number}:${count} `).join("")}\n`);
    }

    function add(index: number, length: number): void {
      for (let left = length; left > 0;) {
        const part = Math.min(left, Math.max(1, Math.floor(api.params.interval) - executed));
        counts[index] += part;
        executed += part;
        left -= part;
        if (executed >= api.params.interval) end();
      }
    }

    /** Counts the block entered last. @param before Its instructions from here on were not executed. */
    function settle(before?: bigint): void {
      if (pending === 0) return;
      const { addresses } = blocks[pending - 1];
      add(pending - 1, before === undefined ? addresses.length : addresses.filter((each) => each < before).length);
      pending = 0;
    }

    api.onTranslate(({ id, address, size, symbol, instructions }) => {
      const key = `${address} ${size}`;
      let index = numbers.get(key);
      if (index === undefined) numbers.set(key, index = blocks.length);
      const image = api.images.find(({ start, end }) => start <= address && address < end);
      blocks[index] = {
        address,
        addresses: instructions.map((instruction) => instruction.address),
        where: symbolLabel(symbol, image, address),
      };
      while (indices.length < id) indices.push(0); // no holes, which make it slow
      indices[id] = index + 1;
      if (index >= counts.length) {
        const more = new Float64Array(2 * counts.length);
        more.set(counts);
        counts = more;
      }
    });
    api.onFlow((batch) => {
      for (let at = 0; at < batch.length; at++) {
        const index = indices[batch.block(at)] ?? 0;
        if (index === 0) continue;
        settle();
        pending = index;
      }
    });
    api.onLeave((_, pc) => settle(pc));

    api.onReport((report) => {
      settle();
      end();
      if (report.format !== "json") return;
      report.writeJson({
        interval: api.params.interval,
        blocks: blocks.map(({ address, addresses, where }, index) => ({
          ...{ block: index + 1, address, instructions: addresses.length, where },
        })),
        intervals: intervals.map(Object.fromEntries),
      });
    });
    api.onReset(() => {
      counts.fill(0);
      intervals = [];
      executed = pending = 0;
    });
  },
});

/**
 * Where two runs part: records the path of one, and says at which block another first goes elsewhere, and how it came
 * there.
 *
 *     ceratops run --plugin diverge,format=path --output good.path ./program good-input
 *     ceratops run --plugin diverge,against=good.path ./program bad-input
 *
 * Blocks are told apart by image and offset, so runs of one program compare, not builds of it.
 */

import { definePlugin, PathReader, PathWriter, symbolLabel, textTable } from "../mod.ts";

interface Step {
  /** Image and offset. */
  readonly place: string;
  /** Instructions before it. */
  readonly before: number;
}

interface KnownBlock {
  readonly place: string;
  /** Of its instructions. */
  readonly addresses: readonly bigint[];
}

interface Difference {
  /** Blocks that both runs went through. */
  readonly blocks: number;
  /** Instructions that both executed. */
  readonly instructions: number;
  readonly history: readonly Step[];
  readonly recorded: readonly string[];
  readonly now: string[];
}

export default definePlugin({
  name: "diverge",
  description: "Where a run first goes another way than a recorded one",
  formats: ["text", "json", "path"],
  params: {
    against: {
      type: "string",
      default: "",
      description: "File of the recorded run, written with format=path",
      check(value: string) {
        try {
          open(value);
          return undefined;
        } catch (error) {
          if (error instanceof Error) return error.message;
          throw error;
        }
      },
    },
    history: { type: "number", default: 12, description: "Blocks that are shown before the difference, and after" },
  },
  setup(api) {
    const { params } = api;
    const blocks: (KnownBlock | undefined)[] = [];
    let last: KnownBlock | undefined;
    let path = new PathWriter(params.within);
    let recorded = open(params.against);
    let history: Step[] = [];
    let difference: Difference | undefined;
    let [steps, executed] = [0, 0];
    let isPartial = false;

    api.onTranslate(({ id, address, instructions }) => {
      const image = api.images.find(({ start, end }) => start <= address && address < end);
      const place = `${image?.name ?? "memory"}+0x${(address - (image?.base ?? 0n)).toString(16)}`;
      while (blocks.length < id) blocks.push(undefined);
      blocks[id] = { place, addresses: instructions.map(({ address }) => address) };
    });

    api.onFlow((batch) => {
      for (let index = 0; index < batch.length; index++) {
        const block = blocks[batch.block(index)];
        if (block === undefined) continue;
        if (params.against === "") path.add(block.place);
        else compare(block.place);
        steps++;
        executed += block.addresses.length;
        last = block;
      }
    });
    api.onLeave((start, pc) => {
      if (last?.addresses[0] === start) executed -= last.addresses.filter((address) => address >= pc).length;
    });

    function compare(place: string): void {
      if (difference !== undefined) {
        if (difference.now.length < params.history) difference.now.push(place);
        return;
      }
      const expected = recorded?.next();
      if (expected !== place) return differ(expected, [place]);
      history.push({ place, before: executed });
      if (history.length >= 2 * params.history) history = history.slice(-params.history);
    }

    function differ(expected: string | undefined, now: string[]): void {
      const after = expected === undefined ? [] : [expected];
      for (let next = expected; next !== undefined && after.length < params.history;) {
        next = recorded?.next();
        if (next !== undefined) after.push(next);
      }
      const common = { blocks: steps, instructions: executed, history: history.slice(-params.history) };
      difference = { ...common, recorded: after, now };
    }

    /** The name of a place for people. */
    function label(place: string): string {
      const [, name, offset] = /^(.*)\+(0x[0-9a-f]+)$/.exec(place) ?? [];
      const image = api.images.find((each) => each.name === name);
      if (image === undefined) return place;
      const address = image.base + BigInt(offset);
      return symbolLabel(api.symbolAt(address), image, address);
    }

    api.onActiveChange(() => isPartial = true);
    api.onReset(() => {
      path = new PathWriter(params.within);
      recorded = open(params.against);
      [history, difference, last, steps, executed, isPartial] = [[], undefined, undefined, 0, 0, true];
    });
    api.onReport((report) => {
      if (report.format === "path") return report.writeBytes(path.bytes());
      const isCompared = params.against !== "" && !isPartial;
      if (report.format === "json") {
        return report.writeJson({ isCompared, blocks: steps, instructions: executed, difference });
      }
      if (params.against === "") return report.write(`${steps} blocks were recorded; format=path writes them\n`);
      if (isPartial) return report.write("the plugin was disabled or reset: runs compare from their beginning only\n");
      const { note = "" } = recorded ?? {};
      if (note !== params.within) {
        return report.write(
          `the runs do not compare: one was recorded within=${note}, this one within=${params.within}\n`,
        );
      }
      report.write(difference === undefined ? sameText() : differenceText(difference));
    });

    function sameText(): string {
      const then = recorded?.isAtEnd ? "and the recorded run ends there" : "but the recorded run goes on from there";
      return `the runs go through the same ${steps} blocks (${executed} instructions), ${then}\n`;
    }

    function differenceText({ blocks, instructions, history, recorded, now }: Difference): string {
      const rows = Array.from({ length: Math.max(recorded.length, now.length) }, (_, index) => [
        `+${index}`,
        recorded[index] === undefined ? "(ends)" : label(recorded[index]),
        now[index] === undefined ? "" : label(now[index]),
      ]);
      return `the runs part after ${blocks} blocks, ${instructions} instructions\n\nboth\n` +
        history.map(({ place, before }) => `  ${before}  ${label(place)}\n`).join("") + "\n" +
        textTable(["", "RECORDED RUN", "THIS RUN"], rows);
    }
  },
});

/** @throws {Error} If the file is missing or not that of a path. */
function open(file: string): PathReader | undefined {
  return file === "" ? undefined : new PathReader(Deno.readFileSync(file));
}

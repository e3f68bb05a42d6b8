/**
 * Where instructions were executed, by stack of calls: for flame graphs.
 *
 * `collapsed` is a line a stack for flamegraph.pl, inferno and speedscope; `speedscope` is that viewer's own JSON. The
 * weight of a stack is the number of instructions executed in its innermost function, exactly.
 */

import { type CallEdge, definePlugin, symbolLabel, trackCalls } from "../mod.ts";

interface Node {
  readonly name: string;
  executed: number;
  readonly callees: Map<string, Node>;
  /** The same by what calls them, which is faster. */
  readonly edges: Map<CallEdge, Node>;
}

interface Stack {
  readonly names: readonly string[];
  readonly executed: number;
}

export default definePlugin({
  name: "flame",
  description: "Executed instructions by stack of calls, for flame graphs",
  formats: ["collapsed", "speedscope"],
  setup(api) {
    const top = newNode("");

    trackCalls<Node>(api, {
      data({ edge, parent }) {
        const above = parent?.data ?? top;
        let node = above.edges.get(edge);
        if (node === undefined) above.edges.set(edge, node = calleeOf(above, nameOf(edge)));
        return node;
      },
      onBlock: (frame, _, count) => frame.data.executed += count,
    });

    function nameOf({ symbol, address }: CallEdge): string {
      const image = api.images.find(({ start, end }) => start <= address && address < end);
      return symbol?.name ?? symbolLabel(undefined, image, address);
    }

    api.onReset(() => reset(top));
    api.onReport((report) => {
      const stacks = [...top.callees.values()].flatMap((node) => flatten(node, []));
      if (report.format === "speedscope") return report.writeJson(speedscope(stacks, api.guest.program));
      for (const { names, executed } of stacks) report.write(`${names.join(";")} ${executed}\n`);
    });
  },
});

function newNode(name: string): Node {
  return { name, executed: 0, callees: new Map(), edges: new Map() };
}

/** Two calls of a function from one stack are one stack. */
function calleeOf({ callees }: Node, name: string): Node {
  const known = callees.get(name);
  if (known !== undefined) return known;
  const node = newNode(name);
  callees.set(name, node);
  return node;
}

function reset(node: Node): void {
  node.executed = 0;
  node.callees.forEach(reset);
}

function flatten({ name, executed, callees }: Node, above: readonly string[]): Stack[] {
  const names = [...above, name];
  const below = [...callees.values()].flatMap((node) => flatten(node, names));
  return executed === 0 ? below : [{ names, executed }, ...below];
}

/** See https://www.speedscope.app/file-format-schema.json. */
function speedscope(stacks: readonly Stack[], program: string) {
  const names = [...new Set(stacks.flatMap((stack) => stack.names))];
  const indexes = new Map(names.map((name, index) => [name, index]));
  const weights = stacks.map(({ executed }) => executed);
  return {
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: "ceratops",
    name: program,
    shared: { frames: names.map((name) => ({ name })) },
    profiles: [{
      type: "sampled",
      name: `${program}: instructions`,
      unit: "none",
      startValue: 0,
      endValue: weights.reduce((sum, weight) => sum + weight, 0),
      samples: stacks.map((stack) => stack.names.map((name) => indexes.get(name))),
      weights,
    }],
  };
}

/**
 * Where instructions were executed, by stack of calls: for flame graphs.
 *
 * `collapsed` is a line a stack for flamegraph.pl, inferno and speedscope; `speedscope` is that viewer's own JSON. The
 * weight of a stack is the number of instructions executed in its innermost function, exactly; or, with `every`, the
 * number of samples that had it, times the instructions between two. Calls that the compiler inlined end with `_[i]`, as
 * those tools have it.
 */

import {
  type CallEdge,
  definePlugin,
  demangle,
  type PluginApi,
  symbolLabel,
  trackCalls,
  type TrackedBlock,
} from "../mod.ts";

interface Node {
  readonly name: string;
  executed: number;
  readonly callees: Map<string, Node>;
  /** The same by what calls them, which is faster. */
  readonly edges: Map<CallEdge, Node>;
  /** What of a block is executed where, if calls are inlined in it. */
  readonly parts: Map<TrackedBlock, readonly Node[]>;
}

interface Stack {
  readonly names: readonly string[];
  readonly executed: number;
}

export default definePlugin({
  name: "flame",
  description: "Executed instructions by stack of calls, for flame graphs",
  formats: ["collapsed", "speedscope"],
  params: {
    inlined: {
      type: "boolean",
      default: true,
      description: "Whether calls that were inlined are calls; from the start",
    },
    every: {
      type: "number",
      default: 0,
      description: "Take a sample of the stack each so many instructions, by unwinding, instead of following all calls",
      check: (count: number) => count >= 0 && Number.isInteger(count) ? undefined : "it must be a whole number",
    },
  },
  setup(api) {
    const top = newNode("");
    if (api.params.every > 0) takeSamples(api, top, api.params.every);
    else followCalls(api, top, api.params.inlined);
    api.onReset(() => reset(top));
    api.onReport((report) => {
      const stacks = [...top.callees.values()].flatMap((node) => flatten(node, []));
      if (report.format === "speedscope") return report.writeJson(speedscope(stacks, api.guest.program));
      for (const { names, executed } of stacks) report.write(`${names.join(";")} ${executed}\n`);
    });
  },
});

/** Follows all calls. */
function followCalls(api: PluginApi, top: Node, inlined: boolean): void {
  const namesAt = (address: bigint) => inlined ? api.inlinedAt(address) : [];
  /** Blocks without inlined calls: most of them. */
  const plain = new Set<TrackedBlock>();
  trackCalls<Node>(api, {
    data({ edge, parent }) {
      const above = parent?.data ?? top;
      let node = above.edges.get(edge);
      if (node === undefined) {
        const caller = edge.site === undefined ? above : below(above, namesAt(edge.site));
        above.edges.set(edge, node = calleeOf(caller, nameOf(edge)));
      }
      return node;
    },
    onBlock({ data }, block, count) {
      if (plain.has(block)) data.executed += count;
      else executeParts(data, block, count);
    },
  });

  function executeParts(node: Node, block: TrackedBlock, count: number): void {
    let parts = node.parts.get(block);
    if (parts === undefined) {
      parts = block.instructions.map(({ address }) => below(node, namesAt(address)));
      if (parts.every((part) => part === node)) {
        plain.add(block);
        node.executed += count;
        return;
      }
      node.parts.set(block, parts);
    }
    // A block that was left early takes its last instructions back.
    if (count >= 0) { for (const part of parts) part.executed++; }
    else for (const part of parts.slice(count)) part.executed--;
  }

  function nameOf({ symbol, address }: CallEdge): string {
    const image = api.images.find(({ start, end }) => start <= address && address < end);
    return symbol === undefined ? symbolLabel(undefined, image, address) : demangle(symbol.name);
  }
}

/** Takes a sample of the stack each so many instructions. */
function takeSamples(api: PluginApi, top: Node, every: number): void {
  const next = (at: number) =>
    api.onInstructionCount(at, (cpu) => {
      let node = top;
      for (const { name, isInlined, frame } of cpu.frames().toReversed()) {
        const label = name ?? symbolLabel(undefined, frame.image, frame.pc);
        node = calleeOf(node, isInlined ? `${label}_[i]` : label);
      }
      node.executed += every;
      next(at + every);
    });
  next(every);
}

function newNode(name: string): Node {
  return { name, executed: 0, callees: new Map(), edges: new Map(), parts: new Map() };
}

/** Two calls of a function from one stack are one stack. */
function calleeOf({ callees }: Node, name: string): Node {
  const known = callees.get(name);
  if (known !== undefined) return known;
  const node = newNode(name);
  callees.set(name, node);
  return node;
}

/** The inlined call in a function; the function's own code, if there is none. */
function below(node: Node, inlined: readonly string[]): Node {
  return inlined.reduce((above, name) => calleeOf(above, `${name}_[i]`), node);
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

/**
 * Where instructions were executed, by stack of calls: for flame graphs.
 *
 * `collapsed` is a line a stack for flamegraph.pl, inferno and speedscope; `speedscope` is that viewer's own JSON. The
 * weight of a stack is the number of instructions executed in its innermost function, exactly; or, with `every`, the
 * number of samples that had it, times the instructions between two. Calls that the compiler inlined end with `_[i]`, as
 * those tools have it.
 */

import {
  type CalledFunction,
  type CallNode,
  definePlugin,
  followCallTree,
  type PluginApi,
  symbolLabel,
} from "../mod.ts";

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
    const { every, inlined } = api.params;
    const top = every > 0 ? takeSamples(api, every) : followCallTree(api, { inlined });
    api.onReport((report) => {
      const stacks = flatten(top, []);
      if (report.format === "speedscope") return report.writeJson(speedscope(stacks, api.guest.program));
      for (const { names, executed } of stacks) report.write(`${names.join(";")} ${executed}\n`);
    });
  },
});

/** Takes a sample of the stack each so many instructions. */
function takeSamples(api: PluginApi, every: number): CallNode {
  const top = newNode(undefined);
  const functions = new Map<string, CalledFunction>();
  const next = (at: number) =>
    api.onInstructionCount(at, (cpu) => {
      let node = top;
      for (const { name, isInlined, frame } of cpu.frames().toReversed()) {
        const label = name ?? symbolLabel(undefined, frame.image, frame.pc);
        node = below(node, functionOf(label, isInlined));
      }
      node.executed += every;
      next(at + every);
    });
  next(every);
  api.onReset(() => top.callees.clear());
  return top;

  function functionOf(name: string, isInlined: boolean): CalledFunction {
    const key = `${name} ${isInlined}`;
    let called = functions.get(key);
    if (called === undefined) functions.set(key, called = { name, image: "", address: 0n, size: 0, isInlined });
    return called;
  }
}

function below(above: CallNode, called: CalledFunction): CallNode {
  let node = above.callees.get(called);
  if (node === undefined) above.callees.set(called, node = newNode(called));
  return node;
}

function newNode(called: CalledFunction | undefined): CallNode {
  return { called, depth: 0, executed: 0, calls: 0, callees: new Map() };
}

function flatten({ called, executed, callees }: CallNode, above: readonly string[]): Stack[] {
  const names = called === undefined ? above : [...above, called.isInlined ? `${called.name}_[i]` : called.name];
  const deeper = [...callees.values()].flatMap((node) => flatten(node, names));
  return executed === 0 ? deeper : [{ names, executed }, ...deeper];
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

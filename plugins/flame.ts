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
  type Report,
  symbolLabel,
} from "../mod.ts";

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
      if (report.format === "speedscope") return writeSpeedscope(report, top, api.guest.program);
      eachStack(top, (names, executed) => report.write(`${names.join(";")} ${executed}\n`));
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

/** Visits the stacks in which something was executed. Their names are in one array, which is used again. */
function eachStack(
  top: CallNode,
  visit: (names: readonly string[], executed: number) => void,
  names: string[] = [],
): void {
  for (const [{ name, isInlined }, node] of top.callees) {
    names.push(isInlined ? `${name}_[i]` : name);
    if (node.executed !== 0) visit(names, node.executed);
    eachStack(node, visit, names);
    names.pop();
  }
}

/**
 * Writes what https://www.speedscope.app/file-format-schema.json describes. There may be more of it than fits into one
 * text.
 */
function writeSpeedscope(report: Report, top: CallNode, program: string): void {
  const indexes = new Map<string, number>();
  const weights: number[] = [];
  const indexOf = (name: string) => {
    const index = indexes.get(name) ?? indexes.size;
    indexes.set(name, index);
    return index;
  };
  const head = { type: "sampled", name: `${program}: instructions`, unit: "none", startValue: 0 };
  report.write('{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"ceratops",');
  report.write(`"name":${JSON.stringify(program)},"profiles":[${JSON.stringify(head).slice(0, -1)},"samples":[`);
  eachStack(top, (names, executed) => {
    report.write(`${weights.length === 0 ? "" : ","}\n${JSON.stringify(names.map(indexOf))}`);
    weights.push(executed);
  });
  report.write(`\n],"weights":[${weights.join()}],"endValue":${weights.reduce((sum, weight) => sum + weight, 0)}}],\n`);
  report.write(`"shared":{"frames":${JSON.stringify([...indexes.keys()].map((name) => ({ name })))}}}\n`);
}

/**
 * A profile in callgrind's format, for callgrind_annotate and KCachegrind: what each function cost, and each call.
 *
 * A cost is an executed instruction. Costs of a function's own are the native counts; calls are followed in the flow of
 * blocks. With `inlined`, calls that the compiler inlined are calls of functions too.
 */

import {
  type CallEdge,
  type CallFrame,
  type CallgrindCall,
  type CallgrindCosts,
  type CallgrindFunction,
  type CallgrindPosition,
  callgrindText,
  definePlugin,
  demangle,
  type InlinedCall,
  type PluginApi,
  type SourcePlace,
  type SymbolAt,
  trackCalls,
} from "../mod.ts";

interface CallCost {
  readonly site: bigint;
  readonly target: bigint;
  calls: number;
  /** Instructions executed in the call and all that it called. */
  inclusive: number;
}

export default definePlugin({
  name: "callgrind",
  description: "A profile of functions and calls in callgrind's format",
  formats: ["callgrind"],
  params: {
    inlined: { type: "boolean", default: false, description: "Whether calls that were inlined are calls" },
  },
  setup(api) {
    const costs = new Map<CallEdge, CallCost>();

    const tracker = trackCalls<CallCost>(api, {
      data: costOf,
      onLeave: (frame) => add(frame.data, tracker.current.executed - frame.before),
    });
    api.onReset(() => costs.forEach((cost) => cost.calls = cost.inclusive = 0));

    function costOf({ edge, parent }: Omit<CallFrame<CallCost>, "data">): CallCost {
      const known = costs.get(edge);
      if (known !== undefined) return known;
      const site = edge.site ?? parent?.address ?? edge.address;
      const cost = { site, target: edge.address, calls: 0, inclusive: 0 };
      costs.set(edge, cost);
      return cost;
    }

    api.onReport((report) => {
      const all = new Map([...costs.values()].map((cost) => [cost, { ...cost }]));
      for (const { top, executed } of tracker.threads) {
        for (let frame = top; frame?.parent !== undefined; frame = frame.parent) {
          const cost = all.get(frame.data);
          if (cost !== undefined) add(cost, executed - frame.before);
        }
      }
      const { pid, program, args } = api.guest;
      const header = { pid, command: [program, ...args].join(" "), total: api.coverage.total };
      const functions = costsByFunction(api, [...all.values()].filter(({ calls }) => calls > 0), api.params.inlined);
      for (const part of callgrindText(header, functions)) report.write(part);
    });
  },
});

function add(cost: CallCost, inclusive: number): void {
  cost.calls++;
  cost.inclusive += inclusive;
}

interface Costs extends CallgrindCosts {
  readonly own: { position: CallgrindPosition; cost: number }[];
  readonly calls: CallgrindCall[];
}

/** Sums up by functions; calls that were inlined are functions of their own, if they are wanted. */
function costsByFunction(api: PluginApi, calls: readonly CallCost[], inlined: boolean): Iterable<CallgrindCosts> {
  const functions = new Map<string, Costs>();
  const byStart = new Map<bigint | undefined, Costs>();
  const inlinedCosts = new Map<InlinedCall, { readonly caller: Costs; calls: number; inclusive: number }>();
  for (const [pc, count] of [...api.coverage.counts()].sort(([a], [b]) => a - b)) {
    if (count === 0) continue;
    const address = BigInt(pc);
    const symbol = api.symbolAt(address);
    costsAt(address, symbol, count, (call) => call.start === address ? count : 0)
      .own.push({ position: positionAt(address, symbol), cost: count });
  }
  for (const { site, target, calls: times, inclusive } of calls) {
    const [from, to] = [api.symbolAt(site), api.symbolAt(target)];
    const start = positionAt(target, to);
    const call = { site: positionAt(site, from), target: functionAt(target, to).called, start };
    costsAt(site, from, inclusive, () => 0).calls.push({ ...call, calls: times, inclusive });
  }
  for (const [call, { caller, calls, inclusive }] of inlinedCosts) {
    const site = { address: call.start, file: pathOf(call.callPlace), line: call.callPlace?.line ?? 0 };
    const start = { ...site, line: call.source?.line ?? 0 };
    // A call of 0 times is none to the tools: code that was only jumped into.
    caller.calls.push({ site, target: inlinedFunction(call).called, start, calls: Math.max(calls, 1), inclusive });
  }
  return functions.values();

  /** What an instruction counts for, after its cost was added to the inlined calls that it is in. */
  function costsAt(
    address: bigint,
    symbol: SymbolAt | undefined,
    cost: number,
    callsOf: (call: InlinedCall) => number,
  ): Costs {
    let costs = functionAt(address, symbol);
    for (const call of inlined ? api.inlinedAt(address) : []) {
      const known = inlinedCosts.get(call) ?? { caller: costs, calls: 0, inclusive: 0 };
      known.calls += callsOf(call);
      known.inclusive += cost;
      inlinedCosts.set(call, known);
      costs = inlinedFunction(call);
    }
    return costs;
  }

  /** The function that has the code at an address. */
  function functionAt(address: bigint, symbol: SymbolAt | undefined): Costs {
    const known = byStart.get(symbol?.address ?? address);
    if (known !== undefined) return known;
    const file = symbol && pathOf(api.symbolAt(symbol.address)?.source);
    const name = symbol && demangle(symbol.name);
    const costs = costsOf({ object: objectAt(address), file: file ?? "???", name: name ?? "???" });
    byStart.set(symbol?.address ?? address, costs);
    return costs;
  }

  function inlinedFunction({ symbol, source, start }: InlinedCall): Costs {
    return costsOf({ object: objectAt(start), file: pathOf(source) ?? "???", name: demangle(symbol) });
  }

  function costsOf(called: CallgrindFunction): Costs {
    const key = `${called.object}\n${called.file}\n${called.name}`;
    let costs = functions.get(key);
    if (costs === undefined) functions.set(key, costs = { called, own: [], calls: [] });
    return costs;
  }

  function objectAt(address: bigint): string {
    return api.images.find(({ start, end }) => start <= address && address < end)?.path ?? "???";
  }

  function positionAt(address: bigint, symbol: SymbolAt | undefined): CallgrindPosition {
    const source = symbol?.source;
    return { address, file: pathOf(source), line: source?.line ?? 0 };
  }
}

function pathOf(source: SourcePlace | undefined): string | undefined {
  return source && `${source.directory}/${source.file}`;
}

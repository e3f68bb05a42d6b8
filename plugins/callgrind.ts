/**
 * A profile in callgrind's format, for callgrind_annotate and KCachegrind: what each function cost, and each call.
 *
 * A cost is an executed instruction. Costs of a function's own are the native counts; calls are followed in the flow of
 * blocks. Format: https://valgrind.org/docs/manual/cl-format.html
 */

import { type CallEdge, type CallFrame, definePlugin, trackCalls } from "../mod.ts";

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
      report.write("# callgrind format\nversion: 1\ncreator: ceratops\n");
      report.write(`pid: ${api.guest.pid}\ncmd: ${[api.guest.program, ...api.guest.args].join(" ")}\n`);
      report.write(`positions: instr line\nevents: Ir\nsummary: ${api.coverage.total}\n`);
      const own = Map.groupBy(
        api.coverage.instructions().filter(({ count }) => count > 0),
        ({ address }) => names(address),
      );
      const calls = Map.groupBy([...all.values()].filter(({ calls }) => calls > 0), ({ site }) => names(site));
      for (const place of new Set([...own.keys(), ...calls.keys()])) {
        report.write(`\n${place}`);
        for (const { address, count } of own.get(place) ?? []) report.write(`${position(address)} ${count}\n`);
        for (const { site, target, calls: times, inclusive } of calls.get(place) ?? []) {
          report.write(`${names(target).replace("ob=", "cob=").replace("\nfl=", "\ncfi=").replace("\nfn=", "\ncfn=")}`);
          report.write(`calls=${times} ${position(target)}\n${position(site)} ${inclusive}\n`);
        }
      }
    });

    /** The lines that say where an address is; equal for all of one function. */
    function names(address: bigint): string {
      const symbol = api.symbolAt(address);
      const image = api.images.find(({ start, end }) => start <= address && address < end);
      const source = symbol === undefined ? undefined : api.symbolAt(symbol.address)?.source;
      return `ob=${image?.path ?? "???"}\nfl=${
        source === undefined ? "???" : `${source.directory}/${source.file}`
      }\nfn=${symbol?.name ?? "???"}\n`;
    }

    function position(address: bigint): string {
      return `0x${address.toString(16)} ${api.symbolAt(address)?.source?.line ?? 0}`;
    }
  },
});

function add(cost: CallCost, inclusive: number): void {
  cost.calls++;
  cost.inclusive += inclusive;
}

/**
 * The tree of calls: a line when a function is entered and one when it returns, with what it returned.
 *
 * Each call has a number. JSON has a record for each call: its number, its caller's, depth, addresses and result.
 */

import { type CallFrame, definePlugin, symbolLabel, trackCalls } from "../mod.ts";

interface CallRecord {
  readonly id: number;
  readonly parent: number | undefined;
  readonly depth: number;
  readonly symbol: string;
  readonly image: string | undefined;
  readonly address: bigint;
  readonly stackPointer: bigint;
  readonly returnAddress: bigint;
  readonly isTail: boolean;
  result?: bigint;
}

export default definePlugin({
  name: "ftrace",
  description: "The tree of function calls and what they return",
  formats: ["text", "json"],
  params: {
    depth: { type: "number", default: Infinity, description: "Calls deeper than this are left out" },
  },
  setup(api) {
    const calls: CallRecord[] = [];
    const isShown = ({ depth }: { readonly depth: number }) => depth >= 0 && depth <= api.params.depth;
    const isText = () => api.params.format !== "json";

    trackCalls<CallRecord | undefined>(api, {
      data: (frame) => isShown(frame) && !isText() ? record(frame) : undefined,
      onEnter(frame) {
        if (frame.data !== undefined) calls.push(frame.data);
        if (isShown(frame) && isText()) api.output.write(entry(frame));
      },
      onLeave(frame, leaving) {
        if (!isShown(frame)) return;
        const { result } = leaving;
        if (frame.data !== undefined) frame.data.result = result;
        if (isText()) api.output.write(`${indent(frame)}= 0x${result.toString(16)}  #${frame.id}\n`);
      },
    });

    function name(address: bigint): string {
      const symbol = api.symbolAt(address);
      return symbolLabel(symbol, symbol?.image, address);
    }

    function entry(frame: CallFrame<unknown>): string {
      const from = frame.isTail ? "jump from" : "from";
      const site = frame.site === undefined ? "" : `  ${from} ${name(frame.site)}`;
      return `${indent(frame)}${name(frame.address)}${site}  #${frame.id}\n`;
    }

    function record(frame: Omit<CallFrame<unknown>, "data">): CallRecord {
      return {
        id: frame.id,
        parent: frame.parent === undefined || frame.parent.id < 0 ? undefined : frame.parent.id,
        depth: frame.depth,
        symbol: name(frame.address),
        image: api.imageAt(frame.address),
        address: frame.address,
        stackPointer: frame.sp,
        returnAddress: frame.returnAddress,
        isTail: frame.isTail,
      };
    }

    api.onReport((report) => report.format === "json" && report.writeJson(calls));
    api.onReset(() => void (calls.length = 0));
  },
});

function indent({ depth }: { readonly depth: number }): string {
  return "  ".repeat(depth);
}

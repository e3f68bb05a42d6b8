/**
 * The tree of calls: a line when a function is entered and one when it returns, with what it returned.
 *
 * Each call has a number. JSON has a record for each call: its number, its caller's, depth, addresses and result.
 */

import {
  type CallEdge,
  type CallFrame,
  definePlugin,
  type Leaving,
  LineCopier,
  symbolLabel,
  trackCalls,
} from "../mod.ts";

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

/** Parts of lines that are always the same, and the number of the first that is not. */
const [RESULT, NUMBER, END, FIRST] = [0, 1, 2, 3];

export default definePlugin({
  name: "ftrace",
  description: "The tree of function calls and what they return",
  formats: ["text", "json"],
  params: {
    depth: { type: "number", default: Infinity, description: "Calls deeper than this are left out" },
  },
  setup(api) {
    const calls: CallRecord[] = [];
    const copier = new LineCopier((bytes) => api.output.writeEncoded(bytes));
    copier.set(RESULT, "= 0x");
    copier.set(NUMBER, "  #");
    copier.set(END, "\n");
    /** Numbers of lines about a function and where it is called, and jumped to, from. */
    const [called, jumped] = [new Map<CallEdge, number>(), new Map<CallEdge, number>()];
    const isShown = ({ depth }: { readonly depth: number }) => depth >= 0 && depth <= api.params.depth;
    const isText = () => api.params.format !== "json";

    trackCalls<CallRecord | undefined>(api, {
      data: (frame) => isShown(frame) && !isText() ? record(frame) : undefined,
      onEnter(frame) {
        if (frame.data !== undefined) calls.push(frame.data);
        if (isShown(frame) && isText()) put(frame, lineOf(frame));
      },
      onLeave(frame, leaving) {
        if (!isShown(frame)) return;
        if (frame.data !== undefined) frame.data.result = leaving.result;
        if (isText()) put(frame, RESULT, leaving);
      },
    });
    api.onFlow(() => copier.flush());

    function put({ depth, id }: CallFrame<unknown>, line: number, leaving?: Leaving): void {
      copier.putSpaces(2 * depth);
      copier.put(line);
      if (leaving !== undefined) copier.putHex(leaving.resultHigh, leaving.resultLow);
      copier.put(NUMBER);
      copier.putDecimal(id);
      copier.put(END);
    }

    function lineOf(frame: CallFrame<unknown>): number {
      const lines = frame.isTail ? jumped : called;
      let line = lines.get(frame.edge);
      if (line === undefined) {
        lines.set(frame.edge, line = FIRST + called.size + jumped.size);
        copier.set(line, entry(frame));
      }
      return line;
    }

    function name(address: bigint): string {
      const symbol = api.symbolAt(address);
      return symbolLabel(symbol, symbol?.image, address);
    }

    function entry(frame: CallFrame<unknown>): string {
      const from = frame.isTail ? "jump from" : "from";
      const site = frame.site === undefined ? "" : `  ${from} ${name(frame.site)}`;
      return `${name(frame.address)}${site}`;
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

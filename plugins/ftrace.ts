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

/** A call and what it returned. There may be millions. */
interface CallRecord {
  readonly frame: Omit<CallFrame<unknown>, "data">;
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
      data: (frame) => isShown(frame) && !isText() ? { frame } : undefined,
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

    /** What is at an address, as it was when it was first met. */
    const places = new Map<bigint, { readonly symbol: string; readonly image: string | undefined }>();
    function placeOf(address: bigint) {
      let place = places.get(address);
      if (place === undefined) {
        const symbol = api.symbolAt(address);
        place = { symbol: symbolLabel(symbol, symbol?.image, address), image: api.imageAt(address) };
        places.set(address, place);
      }
      return place;
    }
    const name = (address: bigint) => placeOf(address).symbol;

    function entry(frame: CallFrame<unknown>): string {
      const from = frame.isTail ? "jump from" : "from";
      const site = frame.site === undefined ? "" : `  ${from} ${name(frame.site)}`;
      return `${name(frame.address)}${site}`;
    }

    function record({ frame, result }: CallRecord): string {
      const { id, parent, depth, address, isTail } = frame;
      return JSON.stringify({
        ...{ id, parent: parent === undefined || parent.id < 0 ? undefined : parent.id, depth, ...placeOf(address) },
        ...{ address: hex(address), stackPointer: hex(frame.sp) },
        ...{ returnAddress: hex(frame.returnAddress), isTail, result: result === undefined ? undefined : hex(result) },
      });
    }

    api.onReport((report) => {
      if (report.format !== "json") return;
      // In parts: there may be more than fits into one text.
      report.write("[");
      calls.forEach((call, index) => report.write(`${index === 0 ? "" : ","}\n${record(call)}`));
      report.write("\n]\n");
    });
    api.onReset(() => void (calls.length = 0));
  },
});

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

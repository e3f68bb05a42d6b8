/**
 * The calls over time, as a trace in Chrome's format: for Perfetto, chrome://tracing and speedscope. A microsecond there
 * is an executed instruction here. System calls and signals are marks.
 *
 * Format: "Trace Event Format", https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */

import { type CallEdge, definePlugin, symbolLabel, trackCalls } from "../mod.ts";

interface Event {
  readonly name: string;
  readonly cat: string;
  /** Complete: an event with a duration; instant; metadata. */
  readonly ph: "X" | "i" | "M";
  readonly ts: number;
  readonly dur?: number;
  readonly s?: "t";
  readonly pid: number;
  readonly tid: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

export default definePlugin({
  name: "chrome-trace",
  description: "Calls over time as a trace for Perfetto and chrome://tracing",
  formats: ["json"],
  params: {
    depth: { type: "number", default: Infinity, description: "Calls deeper than this are left out" },
    least: { type: "number", default: 0, description: "Calls of fewer instructions are left out" },
    limit: { type: "number", default: 1_000_000, description: "Events are dropped after so many" },
    syscalls: { type: "boolean", default: true, description: "Also system calls and signals" },
  },
  setup(api) {
    const { pid, program, args } = api.guest;
    const { params } = api;
    const names = new Map<CallEdge, { readonly name: string; readonly cat: string }>();
    let events: Event[] = [];
    let dropped = 0;

    const tracker = trackCalls<undefined>(api, {
      data: () => undefined,
      onLeave(frame) {
        const { thread, executed } = tracker.current;
        if (frame.depth > params.depth || executed - frame.before < params.least) return;
        add(call(frame.edge, frame.began, thread));
      },
    });

    function call(edge: CallEdge, from: number, tid: number): Event {
      let name = names.get(edge);
      if (name === undefined) {
        const { symbol, address } = edge;
        const image = api.images.find(({ start, end }) => start <= address && address < end);
        name = { name: symbol?.name ?? symbolLabel(undefined, image, address), cat: image?.name ?? "memory" };
        names.set(edge, name);
      }
      return { ...name, ph: "X", ts: from, dur: tracker.executed - from, pid, tid };
    }

    function add(event: Event): void {
      if (events.length < params.limit) events.push(event);
      else dropped++;
    }

    function mark(cat: string, name: string, text: string, tid: number): void {
      if (params.syscalls) add({ name, cat, ph: "i", s: "t", ts: tracker.executed, pid, tid, args: { text } });
    }
    api.onSyscall(({ name, text, thread }) => mark("system call", name, text, thread));
    api.onSignal((text) => mark("signal", /SIG\w+/.exec(text)?.[0] ?? "signal", text, tracker.current.thread));

    api.onReport((report) => {
      const open: Event[] = [];
      for (const { thread, top } of tracker.threads) {
        for (let frame = top; frame !== undefined; frame = frame.parent) {
          if (frame.depth <= params.depth) open.push(call(frame.edge, frame.began, thread));
        }
      }
      const named = (name: string, tid: number, value: string): Event => ({
        ...{ name, cat: "__metadata", ph: "M", ts: 0, pid, tid, args: { name: value } },
      });
      const threads = tracker.threads.map(({ thread }) => named("thread_name", thread, `thread ${thread}`));
      // By time, the longer first: so an event comes before those that it contains.
      const calls = [...events, ...open].sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
      const all = [named("process_name", pid, program), ...threads, ...calls];
      report.write(`{"displayTimeUnit":"ns","otherData":${JSON.stringify({ command: [program, ...args], dropped })},`);
      report.write('"traceEvents":[\n');
      all.forEach((event, index) => report.write(`${JSON.stringify(event)}${index + 1 < all.length ? "," : ""}\n`));
      report.write("]}\n");
    });
    api.onReset(() => {
      events = [];
      dropped = 0;
    });
  },
});

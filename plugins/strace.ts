/**
 * The system calls that the program makes, as strace(1) writes them: on request with how long each took, or as a summary
 * of all. Times are of the emulated kernel on the host.
 */

import { definePlugin, SyscallSummary } from "../mod.ts";

export default definePlugin({
  name: "strace",
  description: "System calls, as strace writes them, or a summary of them",
  formats: ["text", "json"],
  params: {
    calls: {
      type: "string",
      default: "",
      description: "Names of the calls, separated by commas or spaces; all without it",
    },
    time: { type: "boolean", default: false, description: "How long each call took, as with strace -T" },
    relative: {
      type: "boolean",
      default: false,
      description: "How long after the call before it each began, as with strace -r",
    },
    summary: { type: "boolean", default: false, description: "No lines but a summary, as with strace -c" },
  },
  setup({ params, output, onSyscall, onSignal, onReport, onReset }) {
    const summary = new SyscallSummary();
    let before: number | undefined;

    onSyscall((call) => {
      const { name, text, milliseconds } = call;
      const names = params.calls.split(/[\s,]+/).filter((part) => part !== "");
      if (names.length > 0 && !names.includes(name)) return;
      summary.add(call);
      if (params.summary || params.format === "json") return;
      const began = performance.now() - milliseconds;
      const relative = params.relative ? `${seconds(began - (before ?? began)).padStart(13)} ` : "";
      before = began;
      output.write(`${relative}${text}${params.time ? ` <${seconds(milliseconds)}>` : ""}\n`);
    });
    onSignal((text) => !params.summary && params.format !== "json" && output.write(`${text}\n`));

    onReport((report) => {
      if (report.format === "json") report.writeJson(summary.rows());
      else if (params.summary) report.write(summary.table());
    });
    onReset(() => {
      summary.clear();
      before = undefined;
    });
  },
});

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(6);
}

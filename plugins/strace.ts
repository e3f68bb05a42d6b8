/**
 * The system calls that the program makes, as strace(1) writes them: on request with how long each took, or as a summary
 * of all. Times are of the emulated kernel on the host.
 */

import { definePlugin, textTable } from "../mod.ts";

interface Sum {
  calls: number;
  errors: number;
  milliseconds: number;
}

const LARGEST_ERRNO = 4095;

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
    summary: { type: "boolean", default: false, description: "No lines but a summary, as with strace -c" },
  },
  setup({ params, output, onSyscall, onSignal, onReport, onReset }) {
    const sums = new Map<string, Sum>();

    onSyscall(({ name, text, result, milliseconds }) => {
      const names = params.calls.split(/[\s,]+/).filter((part) => part !== "");
      if (names.length > 0 && !names.includes(name)) return;
      const sum = sums.get(name) ?? { calls: 0, errors: 0, milliseconds: 0 };
      sums.set(name, sum);
      sum.calls++;
      sum.milliseconds += milliseconds;
      if (result < 0 && result >= -LARGEST_ERRNO) sum.errors++;
      if (params.summary || params.format === "json") return;
      output.write(params.time ? `${text} <${(milliseconds / 1000).toFixed(6)}>\n` : `${text}\n`);
    });
    onSignal((text) => !params.summary && params.format !== "json" && output.write(`${text}\n`));

    onReport((report) => {
      const rows = [...sums].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => b.milliseconds - a.milliseconds);
      if (report.format === "json") return report.writeJson(rows);
      if (!params.summary) return;
      const all = rows.reduce((total, { milliseconds }) => total + milliseconds, 0);
      report.write(textTable(
        ["% time", "seconds", "usecs/call", "calls", "errors", "syscall"],
        rows.map(({ name, calls, errors, milliseconds }) => [
          ...[(100 * milliseconds / all).toFixed(2).padStart(6), (milliseconds / 1000).toFixed(6)],
          ...[Math.round(1000 * milliseconds / calls), calls, errors, name],
        ]),
      ));
    });
    onReset(() => sums.clear());
  },
});

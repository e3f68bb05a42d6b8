/**
 * Which system calls the program makes, how often, how many fail with which error, and how long they take: a table as
 * strace -c prints it. Times are of the emulated kernel on the host, waiting included, which strace -c leaves out.
 */

import { definePlugin, SYSCALL_ORDERS, SyscallSummary } from "../mod.ts";

export default definePlugin({
  name: "syscalls",
  description: "System calls by name: number, errors and time, as with strace -c",
  formats: ["text", "json", "csv"],
  params: {
    sort: {
      type: "string",
      default: "time",
      description: `Order of the rows: ${SYSCALL_ORDERS.join(", ")}`,
      check: (value: string) =>
        SYSCALL_ORDERS.includes(value) ? undefined : `it is one of ${SYSCALL_ORDERS.join(", ")}`,
    },
    errors: { type: "boolean", default: false, description: "Also which errors there were" },
  },
  setup({ params, onSyscall, onReport, onReset }) {
    const summary = new SyscallSummary();
    /** Numbers of failures by the call's name, then by the error's. */
    const errors = new Map<string, Map<string, number>>();

    onSyscall((call) => {
      summary.add(call);
      const [, error] = / = -1 (E\w+) /.exec(call.text) ?? [];
      if (error === undefined) return;
      const counts = errors.get(call.name) ?? new Map<string, number>();
      errors.set(call.name, counts.set(error, (counts.get(error) ?? 0) + 1));
    });

    onReport((report) => {
      const rows = summary.rows(params.sort).map((row) => ({
        ...row,
        errnos: Object.fromEntries(errors.get(row.name) ?? []),
      }));
      if (report.format === "json") return report.writeJson(rows);
      if (report.format === "csv") {
        report.write("name,calls,errors,milliseconds,longest\n");
        for (const { name, calls, errors, milliseconds, longest } of rows) {
          report.write(`${name},${calls},${errors},${milliseconds.toFixed(3)},${longest.toFixed(3)}\n`);
        }
        return;
      }
      report.write(summary.table(params.sort));
      if (!params.errors) return;
      for (const { name, errnos } of rows) {
        for (const [errno, count] of Object.entries(errnos)) report.write(`${name} ${errno} ${count}\n`);
      }
    });
    onReset(() => {
      summary.clear();
      errors.clear();
    });
  },
});

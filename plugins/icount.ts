/** The number of instructions that the program executed. Nothing is attached: the count is there anyway. */

import { definePlugin } from "../mod.ts";

export default definePlugin({
  name: "icount",
  description: "The number of executed instructions",
  formats: ["text", "json"],
  setup({ guest, coverage, onReport }) {
    onReport((report) => {
      const { total } = coverage;
      if (report.format === "json") report.writeJson({ program: guest.program, pid: guest.pid, instructions: total });
      else report.write(`${guest.program} (${guest.pid}): number of executed instructions on CPU #0 = ${total}\n`);
    });
  },
});

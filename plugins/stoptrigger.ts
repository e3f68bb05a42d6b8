/**
 * Stops the program after a number of instructions, or at a place: at the prompt, or for good with a chosen status.
 *
 * The moment is exact: `icount=1000` stops before the 1001st instruction. What QEMU's plugin of that name does.
 */

import { definePlugin } from "../mod.ts";

export default definePlugin({
  name: "stoptrigger",
  description: "Stops or ends the program at a place or instruction count",
  formats: ["text", "json"],
  params: {
    icount: {
      type: "number",
      default: Infinity,
      description: "After so many instructions",
      check: (value: number) => value >= 0 ? undefined : "it must not be negative",
    },
    at: { type: "string", default: "", description: "At a place: main, libc.so.6:puts, main+0x10, 0x401000" },
    times: {
      type: "number",
      default: 1,
      description: "At the place's execution of that number",
      check: (value: number) => value >= 1 ? undefined : "it must be 1 or more",
    },
    exit: {
      type: "number",
      default: -1,
      description: "The program ends with this status; if negative, it stops",
      check: (value: number) => Number.isInteger(value) && value < 256 ? undefined : "it must be a status, 0 to 255",
    },
  },
  setup(api) {
    const { params } = api;
    const { icount, at } = params;
    let hits = 0;
    let fired: { readonly why: string; readonly pc: bigint; readonly instructions: number } | undefined;

    function fire(why: string, pc: bigint): void {
      fired = { why, pc, instructions: api.coverage.total };
      if (params.exit < 0) api.stop(why);
      else api.end(params.exit);
    }

    if (icount !== Infinity) {
      api.onInstructionCount(icount, (cpu) => fire(`${icount} instructions were executed`, cpu.pc));
    }
    if (at !== "") {
      api.onPlace(/^(0x[0-9a-f]+|\d+)$/i.test(at) ? BigInt(at) : at, (cpu) => {
        if (++hits === params.times) fire(`${at} is reached${hits === 1 ? "" : ` for the ${hits}th time`}`, cpu.pc);
      });
    }
    api.onReset(() => {
      hits = 0;
      fired = undefined;
    });
    api.onReport((report) => {
      if (report.format === "json") return report.writeJson(fired ?? null);
      if (fired === undefined) return report.write("nothing that was to stop the program has happened\n");
      const { why, pc, instructions } = fired;
      report.write(`${why}, at 0x${pc.toString(16)} after ${instructions} instructions\n`);
    });
  },
});

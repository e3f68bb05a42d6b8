/** `processes`: the program and the processes that it began. */

import { processLines } from "../views/processes.ts";
import type { Command } from "./command.ts";

export const processes: Command = {
  name: "processes",
  usage: "processes",
  summary: "Show the guest's processes",
  details:
    "The first one is the program: breakpoints, hooks and counts are about it. Those that it begins just run, unless\n" +
    "Ceratops was started with --follow: then they are counted too, and `cov --process ID` shows what ran.",
  example: "processes",
  run(session) {
    const { processes, followed } = session.emulator;
    session.out.print(processLines(processes, followed.length > 1 ? followed : []));
  },
  complete: () => [],
};

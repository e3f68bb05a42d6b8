/** `processes`: the program and the processes that it began. */

import { processLines } from "../views/processes.ts";
import type { Command } from "./command.ts";

export const processes: Command = {
  name: "processes",
  usage: "processes",
  summary: "Show the guest's processes",
  details:
    "The first one is the program: breakpoints, hooks and counts are about it. Those that it begins run unwatched.",
  example: "processes",
  run(session) {
    session.out.print(processLines(session.emulator.processes));
  },
  complete: () => [],
};

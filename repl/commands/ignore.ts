/** `ignore`: lets hits of a breakpoint pass. */

import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";
import { numbersOf } from "./numbers.ts";

export const ignore: Command = {
  name: "ignore",
  usage: "ignore NUMBER COUNT",
  summary: "Let the next hits of a breakpoint pass",
  example: "break main\nignore 1 2",
  run(session, text) {
    const [number, count] = text.split(/\s+/).map(Number);
    const breakpoint = session.attachments.get(number);
    if (breakpoint === undefined) throw new CommandError("No such breakpoint; see `info breakpoints`");
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new CommandError("Cannot ignore: how many hits? As in `ignore 1 2`");
    }
    breakpoint.ignore = count;
    session.out.print(`Will ignore next ${count} crossings of breakpoint ${number}.`);
  },
  complete: numbersOf,
};

/** `ignore`: lets hits of a breakpoint pass. */

import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";
import { attachmentAnd, numbersOf } from "./numbers.ts";

export const ignore: Command = {
  name: "ignore",
  usage: "ignore NUMBER COUNT",
  summary: "Let the next hits of a breakpoint pass",
  details: "Hits that its condition does not let through do not count.",
  example: "break main\nignore 1 2",
  run(session, text) {
    const [attachment, rest] = attachmentAnd(session, text);
    const count = Number(rest);
    if (rest === "" || !Number.isSafeInteger(count) || count < 0) {
      throw new CommandError("Cannot ignore: how many hits? As in `ignore 1 2`");
    }
    attachment.ignore = count;
    session.out.print(
      count === 0
        ? `Will stop next time breakpoint ${attachment.number} is reached.`
        : `Will ignore next ${count} crossings of breakpoint ${attachment.number}.`,
    );
  },
  complete: numbersOf,
};

/** `context`: registers, code and stack; which of them, and how much. */

import { contextLines } from "../session/context.ts";
import { CONTEXT_SECTIONS, sectionOf } from "../session/context_layout.ts";
import { CommandError } from "../session/errors.ts";
import { type Command, countOf } from "./command.ts";

export const context: Command = {
  name: "context",
  aliases: ["ctx"],
  usage: `context [on | off | show PART... | lines PART COUNT]`,
  summary: "Show registers, code and stack; on or off: after each stop",
  details:
    `The parts are ${
      CONTEXT_SECTIONS.join(", ")
    }. \`show\` says which are shown and in which order, \`lines\` how long\n` +
    "one is. A register that changed since the last stop has a * beside its name.",
  example: "context show regs source stack\ncontext lines stack 8\ncontext\ncontext show regs code stack",
  run(session, text) {
    const { contextLayout } = session;
    const [word, ...rest] = text.split(/\s+/);
    if (word === "") session.out.print(contextLines(session, true, session.emulator.cpu.pc));
    else if (word === "on" || word === "off") session.showsContext = word === "on";
    else if (word === "show" && rest.length > 0) contextLayout.sections = rest.map(sectionOf);
    else if (word === "lines" && rest.length === 2) contextLayout.lines[sectionOf(rest[0])] = countOf(rest[1]);
    else {throw new CommandError(
        `Cannot read \`context ${text}\`: it is on, off, \`show PART...\` or \`lines PART COUNT\``,
      );}
  },
  complete: () => ["on", "off", "show", "lines", ...CONTEXT_SECTIONS],
};

/** `break`: stops the guest at a place; see "Setting Breakpoints" in the gdb manual. */

import { hex } from "../views/hex.ts";
import { locationOf } from "../session/address.ts";
import type { Session } from "../session/session.ts";
import type { Attachment, Condition } from "../session/attachment.ts";
import type { Command } from "./command.ts";

/** `main if $rdi == 2` in its parts. */
function parts(text: string): [where: string, condition: string | undefined] {
  const match = /^(.*?)(?:^|\s+)if\s+(.+)$/s.exec(text);
  return match === null ? [text, undefined] : [match[1].trim(), match[2]];
}

/** A condition: TypeScript, in which integers beside `$rax` are 64-bit. */
export async function conditionOf(session: Session, text: string): Promise<Condition> {
  const code = text.includes("$") ? text.replaceAll(/(?<![\w.$])(0x[0-9a-f]+|\d+)(?![\w.])/gi, "$1n") : text;
  return { text, holds: await session.evaluator.closure(code) };
}

/** Makes a breakpoint and says where it is. */
export async function makeBreakpoint(session: Session, text: string, isTemporary: boolean): Promise<Attachment> {
  const [where, conditionText] = parts(text);
  const location = where === "" ? session.emulator.cpu.pc : await locationOf(session, where);
  const condition = conditionText === undefined ? undefined : await conditionOf(session, conditionText);
  const breakpoint = session.attachments.addBreakpoint(location, isTemporary, condition);
  const { number, addresses, title: name } = breakpoint;
  if (addresses.length === 0) {
    session.out.print(
      `${name} (${breakpoint.where}) pending: no image mapped now has it; \`delete ${number}\` drops it`,
    );
  } else if (addresses.length === 1) {
    const described = session.describe(addresses[0]);
    session.out.print(`${name} at ${hex(addresses[0])}${described === undefined ? "" : ` <${described}>`}`);
  } else session.out.print(`${name} at ${addresses.length} places: ${addresses.slice(0, 4).map(hex).join(", ")}`);
  return breakpoint;
}

export const breakCommand: Command = {
  name: "break",
  aliases: ["b", "br", "hbreak"],
  usage: "break [LOCATION] [if EXPRESSION]",
  summary: "Stop the guest before the instruction at a place",
  details: "LOCATION is a symbol, IMAGE:SYMBOL, SYMBOL+OFFSET, a pattern such as str*, /regexp/, or *ADDRESS; the\n" +
    "program counter by default. EXPRESSION is TypeScript; the guest stops where it is true. A name that no image\n" +
    "has yet waits for one that has it. Breakpoints stay when the guest is run again.",
  example: "break main if $rdi == 1",
  async run(session, text) {
    await makeBreakpoint(session, text, false);
  },
};

/** `break`: stops the guest at a place; see "Setting Breakpoints" in the gdb manual. */

import { DebugValueError, GuestMemoryError, UnknownVariableError } from "../../mod.ts";
import { isNamed } from "../session/c_value.ts";
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

/**
 * A condition: an expression of C over the variables where the guest stops or, if names in it mean nothing there, of
 * TypeScript, in which integers beside `$rax` are 64-bit.
 */
export async function conditionOf(session: Session, text: string): Promise<Condition> {
  const code = text.includes("$") ? text.replaceAll(/(?<![\w.$])(0x[0-9a-f]+|\d+)(?![\w.])/gi, "$1n") : text;
  const closure = await closureOf(session, code);
  return { text, holds: () => holdsInC(session, text, closure === undefined) ?? closure?.() };
}

/** TypeScript as a closure; undefined if the text is only an expression of C. */
async function closureOf(session: Session, code: string): Promise<(() => unknown) | undefined> {
  try {
    return await session.evaluator.closure(code);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !isC(session, code)) throw error;
    return undefined;
  }
}

function isC(session: Session, text: string): boolean {
  try {
    session.emulator.cpu.interpret(text, undefined);
    return true;
  } catch (error) {
    return error instanceof UnknownVariableError || error instanceof DebugValueError;
  }
}

/** Whether an expression of C is true where the guest is; undefined if it is none, unless it must be. */
function holdsInC(session: Session, text: string, isRequired: boolean): boolean | undefined {
  if (!isNamed(text)) return undefined;
  try {
    return session.emulator.cpu.evaluate(`!!(${text})`).integer !== 0n;
  } catch (error) {
    const isOther = error instanceof SyntaxError || error instanceof UnknownVariableError;
    if (isOther && !isRequired) return undefined;
    // As in gdb, what cannot be found out stops the guest.
    if (isOther || error instanceof DebugValueError || error instanceof GuestMemoryError) return true;
    throw error;
  }
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
    const source = session.emulator.symbols.statementAt(addresses[0]);
    const line = source === undefined ? "" : `: file ${source.file}, line ${source.line}.`;
    session.out.print(`${name} at ${hex(addresses[0])}${described === undefined ? "" : ` <${described}>`}${line}`);
  } else session.out.print(`${name} at ${addresses.length} places: ${addresses.slice(0, 4).map(hex).join(", ")}`);
  return breakpoint;
}

export const breakCommand: Command = {
  name: "break",
  aliases: ["b", "br", "hbreak"],
  usage: "break [LOCATION] [if EXPRESSION]",
  summary: "Stop the guest before the instruction at a place",
  details:
    "LOCATION is a symbol, IMAGE:SYMBOL, SYMBOL+OFFSET, FILE:LINE, a line of the file at hand, a pattern such as str*,\n" +
    "/regexp/, or *ADDRESS; the program counter by default. With debug information, a function means where its own\n" +
    "code begins and where it was inlined, as in gdb; *ADDRESS is exact. EXPRESSION is one of C over\n" +
    "the variables there, or TypeScript; the guest stops where it is true. A name that no image has yet waits\n" +
    "for one that has it. Breakpoints stay when the guest is run again.",
  example: "break main if $rdi == 1",
  async run(session, text) {
    await makeBreakpoint(session, text, false);
  },
};

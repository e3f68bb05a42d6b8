/** `set`: registers, memory, arguments and the prompt's settings, as gdb's users write it. */

import { interpretC, interpretCalls } from "../session/c_value.ts";
import { CommandError } from "../session/errors.ts";
import { addressOf } from "../session/address.ts";
import { setRegister } from "../session/registers.ts";
import type { Session } from "../session/session.ts";
import { typedPlace } from "../session/typed_place.ts";
import type { Command } from "./command.ts";
import { splitWords } from "./words.ts";

const SIZES = [1, 2, 4, 8];

/** Assigns to a variable of the selected frame. @returns Whether there is such a one, and the value is one for it. */
async function assignVariable(session: Session, left: string, right: string): Promise<boolean> {
  const variable = interpretC(session, left);
  if (variable === undefined || "type" in variable || right.startsWith('"')) return false;
  return await interpretCalls(session, `${left} = ${right}`) !== undefined;
}

/** Assigns to a register or a place in memory. */
async function assign(session: Session, left: string, right: string): Promise<void> {
  session.requireStopped();
  const { cpu, memory } = session.emulator;
  const register = /^\$(\w+)$/.exec(left)?.[1];
  if (register !== undefined) {
    if (setRegister(cpu, register, await addressOf(session, right))) return;
    throw new CommandError(
      `Cannot set $${register}: \`regs\` shows the registers; fs_base and gs_base are the guest's`,
    );
  }
  if (await assignVariable(session, left, right)) return;
  const text = /^"((?:[^"\\]|\\.)*)"$/s.exec(right);
  const { address, size, isFloat } = await typedPlace(session, left);
  if (text !== null) return memory.write(address, new TextEncoder().encode(`${JSON.parse(right)}\0`));
  if (!SIZES.includes(size)) {
    throw new CommandError(
      `Cannot set ${left}: it has ${size} bytes; name a part of it, as in \`set {int}(${left}) = 1\``,
    );
  }
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  if (!isFloat) view.setBigUint64(0, await addressOf(session, right), true);
  else if (!Number.isFinite(Number(right))) {
    throw new CommandError(`Cannot read ${right}: a number is wanted, such as 1.5`);
  } else if (size === 4) view.setFloat32(0, Number(right), true);
  else view.setFloat64(0, Number(right), true);
  memory.write(address, bytes.subarray(0, size));
}

export const set: Command = {
  name: "set",
  usage: "set [var] PLACE = VALUE | args [ARGUMENT...] | pagination on | off",
  summary: "Change a register, memory, the guest's arguments or a setting of the prompt",
  details:
    "PLACE is $REGISTER, a symbol, {int}ADDRESS or *(char *)ADDRESS; a VALUE in quotes is stored with a zero byte at\n" +
    "its end. TypeScript does it, too: `rax = 5n`, `mem.setU32(0x404040n, 1)`. Arguments are for the next `run`.",
  example: "set $rax = 5\nset {int}($rsp-64) = 1",
  async run(session, text) {
    const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
    if (word === "args") {
      session.args = splitWords(rest);
      return;
    }
    const setting = session.settings[word];
    if (setting !== undefined && /^(?:on|off|)$/.test(rest)) return setting.set(rest !== "off");
    const assignment = /^(?:var(?:iable)?\s+)?(.+?)\s*(?<![=!<>])=(?!=)\s*(.+)$/s.exec(text);
    if (assignment !== null) return await assign(session, assignment[1], assignment[2]);
    throw new CommandError(
      `Cannot set ${text || "nothing"}: write PLACE = VALUE, as in \`set $rax = 5\`, or one of args, ${
        Object.keys(session.settings).join(", ")
      }`,
    );
  },
  complete: (session) => ["var", "args", ...Object.keys(session.settings)],
};

export const show: Command = {
  name: "show",
  usage: "show [args | SETTING]",
  summary: "Show the guest's arguments and the settings of the prompt",
  example: "show args",
  run(session, text) {
    const rows = [
      ["args", session.args.map((word) => JSON.stringify(word)).join(" ")],
      ...Object.entries(session.settings).map(([name, { get }]) => [name, get() ? "on" : "off"]),
    ].filter(([name]) => text === "" || name === text);
    if (rows.length === 0) throw new CommandError(`There is no setting ${text}; \`show\` lists them`);
    session.out.print(rows.map(([name, value]) => `${name}: ${value}`));
  },
  complete: (session) => ["args", ...Object.keys(session.settings)],
};

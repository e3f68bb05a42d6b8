/** `watch`, `rwatch`, `awatch`: stop the guest when memory or a register changes; see "Setting Watchpoints" in gdb's manual. */

import type { WatchKind } from "../../mod.ts";
import { interpretC } from "../session/c_value.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { expressionValue } from "../session/address.ts";
import { NAME, sizeOf, typedPlace } from "../session/typed_place.ts";
import { isRegister, memoryTarget, registerTarget } from "../session/watch_targets.ts";
import { hex } from "../views/hex.ts";
import type { Attachment } from "../session/attachment.ts";
import { returnPlace } from "../session/frames.ts";
import { conditionOf } from "./break.ts";
import type { Command } from "./command.ts";

const PARTS = /^(?:\/(\S+)\s+)?(?:-l(?:ocation)?\s+)?(.*?)(?:\s*,\s*(\w+))?(?:\s+if\s+(.+))?$/s;

async function memory(session: Session, text: string, size: number | undefined, kind: WatchKind) {
  const variable = interpretC(session, text);
  if (variable !== undefined && "value" in variable && variable.value.address !== undefined) {
    const { address, type } = variable.value;
    return memoryTarget({ where: address, size: size ?? Math.max(type.size, 1), kind, text });
  }
  const isUnknown = NAME.test(text) && typeof expressionValue(session, text) !== "bigint";
  if (isUnknown && session.attachments.canBeMapped) return memoryTarget({ where: text, size, kind, text });
  const place = await typedPlace(session, text, size);
  return memoryTarget({ where: place.symbol ?? place.address, size: place.size, kind, text });
}

/** Deletes a watchpoint on variables of a frame, and stops, once the frame is left. */
function endWithFrame(session: Session, text: string, watchpoint: Attachment): void {
  const { emulator, attachments, selection: { current } } = session;
  const names = text.match(/(?<![\w$.>])[A-Za-z_]\w*/g) ?? [];
  if (current === undefined || !names.some((name) => current.local(name) !== undefined)) return;
  const end = returnPlace(emulator, current.frame.level);
  if (end === undefined) return;
  const { thread } = emulator.cpu;
  const hook = emulator.hook(end.address, (cpu) => {
    if (cpu.thread !== thread || cpu.sp < end.sp) return;
    hook.detach();
    if (!attachments.list().includes(watchpoint)) return;
    watchpoint.detach();
    emulator.stop(
      `${watchpoint.title} deleted because the program has left the block in which its expression is valid`,
    );
  });
}

async function makeWatch(session: Session, text: string, kind: WatchKind): Promise<void> {
  const [, before, what = "", after, conditionText] = PARTS.exec(text) ?? [];
  if (what === "") throw new CommandError("Watch what? A symbol, an address or a register, as in `watch $rax`");
  const size = before ?? after;
  const name = /^(?:\$|cpu\.)(\w+)$/.exec(what)?.[1];
  const isRegisterName = name !== undefined && isRegister(session.emulator.cpu, name);
  if (isRegisterName && kind !== "write") {
    throw new CommandError(
      `Cannot see who reads $${name}: \`watch $${name}\` stops when it changes, \`rwatch *$${name}\` is for memory`,
    );
  }
  const target = isRegisterName
    ? registerTarget(name)
    : await memory(session, what, size === undefined ? undefined : sizeOf(size), kind);
  const condition = conditionText === undefined ? undefined : await conditionOf(session, conditionText);
  const added = session.attachments.addStop(target, false, condition);
  const { title, addresses: [address] } = added;
  if (!/^(?:\/\S+\s+)?-l/.test(text) && !isRegisterName) endWithFrame(session, what, added);
  const where = address === undefined ? isRegisterName ? "" : " (pending)" : ` at ${hex(address)}`;
  session.out.print(`${title}: ${what}${where}`);
}

const WHAT = "A place is a symbol, SYMBOL+OFFSET, an address such as 0x404040, *ADDRESS, {int}ADDRESS or\n" +
  "*(char *)ADDRESS. Without a SIZE, a symbol is as long as it is, anything else 8 bytes; SIZE is a number of bytes,\n" +
  "or b, h, w, g. The store or load is done, once; the guest stops behind it.";

export const watch: Command = {
  name: "watch",
  usage: "watch[/SIZE] [-l] PLACE[,SIZE] | $REGISTER [if EXPRESSION]",
  summary: "Stop the guest when memory or a register has changed",
  details: `${WHAT} What a system call stores is seen when it\n` +
    "returns. On variables of a frame it ends with the frame, but with -l. With a register, the guest runs instruction by instruction: some 50,000 a second.",
  example: "watch *$rsp\nwatch $rbx if $rbx > 5",
  run: (session, text) => makeWatch(session, text, "write"),
};

export const rwatch: Command = {
  name: "rwatch",
  usage: "rwatch[/SIZE] [-l] PLACE[,SIZE] [if EXPRESSION]",
  summary: "Stop the guest when it has read memory",
  details: WHAT,
  example: "rwatch *$rsp",
  run: (session, text) => makeWatch(session, text, "read"),
};

export const awatch: Command = {
  name: "awatch",
  usage: "awatch[/SIZE] [-l] PLACE[,SIZE] [if EXPRESSION]",
  summary: "Stop the guest when it has read or written memory",
  details: WHAT,
  example: "awatch/4 *$rsp",
  run: (session, text) => makeWatch(session, text, "access"),
};

/** What evaluated TypeScript has in scope: the guest, its registers by name, and ways to attach to it. */

import { command, type GuestContext, type Location, Owner, repl } from "../../mod.ts";
import type { Attachment } from "./attachment.ts";
import type { Session } from "./session.ts";

const GENERAL = [
  ...["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"],
  ...["rip", "pc", "sp"],
] as const;

/** Options of `hook` at the prompt. */
interface HookChoices {
  readonly pending?: boolean;
}

/** Properties for the evaluator's scope; registers are live, and can be set. */
export function scopeOf(session: Session): Record<string, PropertyDescriptor> {
  const getter = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true });
  const value = (what: unknown): PropertyDescriptor => ({ value: what, writable: true, enumerable: true });
  const registers: Record<string, PropertyDescriptor> = {};
  for (const name of GENERAL) {
    const property: PropertyDescriptor = {
      get: () => session.emulator.cpu[name as "rax"],
      set: (next: bigint | number) => void (session.emulator.cpu[name as "rax"] = BigInt(next)),
    };
    registers[name] = registers[`$${name}`] = property;
  }
  for (const name of ["eflags", "fs_base", "gs_base"]) {
    registers[name] = registers[`$${name}`] = { get: () => session.emulator.cpu.register(name) };
  }
  return {
    ...registers,
    emu: getter(() => session.emulator),
    cpu: getter(() => session.emulator.cpu),
    mem: getter(() => session.emulator.memory),
    symbols: getter(() => session.emulator.symbols),
    args: getter(() => session.emulator.cpu.args),
    hook: value((
      where: Location,
      closure: (cpu: GuestContext, hook: Attachment) => unknown,
      { pending = false }: HookChoices = {},
    ) => {
      if (typeof closure !== "function") {
        throw new TypeError('Cannot attach: hook(where, closure) wants a function, as in hook("main", (cpu) => ...)');
      }
      // What a script attaches comes back with the script.
      const text = Owner.current === undefined ? String(closure) : undefined;
      return Owner.note(session.attachments.addHook(where, Owner.bind(closure), pending, text));
    }),
    break_: value((where: Location) => Owner.note(session.attachments.addBreakpoint(where, false))),
    command: value(command),
    repl: value(repl),
    stop: value((why?: string) => session.emulator.stop(why)),
  };
}

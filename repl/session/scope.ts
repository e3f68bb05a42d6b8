/** What evaluated TypeScript has in scope: the guest, its registers by name, and ways to attach to it. */

import {
  type CallHandlers,
  type CodeHookOptions,
  type CodeKind,
  command,
  type GuestContext,
  type GuestEventName,
  type Location,
  Owner,
  repl,
  type SyscallHandlers,
  type WatchKind,
} from "../../mod.ts";
import type { Attachment, Target } from "./attachment.ts";
import {
  accessTarget,
  codeTarget,
  eventTarget,
  interceptTarget,
  replaceTarget,
  syscallsTarget,
} from "./closure_targets.ts";
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
    ...closures(session),
    call: value((where: string | bigint, ...args: (bigint | number)[]) =>
      session.emulator.call(where, ...args.map((each) => BigInt(each)))
    ),
    patch: value((where: string | bigint, bytes: Uint8Array | readonly number[]) =>
      session.emulator.patch(where, bytes)
    ),
    break_: value((where: Location) => Owner.note(session.attachments.addBreakpoint(where, false))),
    command: value(command),
    repl: value(repl),
    stop: value((why?: string) => session.emulator.stop(why)),
  };
}

/** Ways to attach closures to other things than places: as `Emulator` does, but again to each new run. */
function closures(session: Session): Record<string, PropertyDescriptor> {
  const makers = {
    intercept: (where: Location, { onEnter, onLeave }: CallHandlers) =>
      interceptTarget(where, {
        ...(onEnter === undefined ? {} : { onEnter: Owner.bind(onEnter) }),
        ...(onLeave === undefined ? {} : { onLeave: Owner.bind(onLeave) }),
      }),
    replace: (where: Location, work: (...args: bigint[]) => bigint) => replaceTarget(where, Owner.bind(work)),
    hookEvery: (kind: CodeKind, closure: (cpu: GuestContext) => unknown, options?: CodeHookOptions) =>
      codeTarget(kind, Owner.bind(closure), options),
    watch: (where: string | bigint, size: number, closure: Parameters<typeof accessTarget>[2], kind?: WatchKind) =>
      accessTarget(where, size, Owner.bind(closure), kind),
    hookSyscall: (names: string | readonly string[] | RegExp, { onEnter, onLeave }: SyscallHandlers) =>
      syscallsTarget(names, {
        ...(onEnter === undefined ? {} : { onEnter: Owner.bind(onEnter) }),
        ...(onLeave === undefined ? {} : { onLeave: Owner.bind(onLeave) }),
      }),
    on: (event: GuestEventName, closure: Parameters<typeof eventTarget>[1]) => eventTarget(event, Owner.bind(closure)),
  };
  return Object.fromEntries(
    Object.entries(makers).map(([name, make]) => [name, {
      value: (...args: Parameters<typeof make>) => {
        const target = (make as (...args: unknown[]) => Target)(...args);
        return Owner.note(session.attachments.addClosures(target, session.attachments.canBeMapped));
      },
      writable: true,
      enumerable: true,
    }]),
  );
}

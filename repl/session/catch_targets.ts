/** Events that stop the guest, as targets: system calls, signals, images, processes. See "Setting Catchpoints" in the gdb manual. */

import { type Emulator, type GuestContext, SYSCALL_NUMBERS } from "../../mod.ts";
import type { Attached, HitDetails, Target } from "./attachment.ts";

/** Something with an end, that `on` and its like give out. */
type Used = { detach(): void };

/** Attached to events, not to places. */
function attached(used: readonly Used[], setEnabled: (isEnabled: boolean) => void): Attached {
  return {
    addresses: [],
    isPending: false,
    enable: () => setEnabled(true),
    disable: () => setEnabled(false),
    detach: () => used.forEach((each) => each.detach()),
  };
}

function target(
  type: string,
  where: string,
  attach: (emulator: Emulator, hit: (cpu: GuestContext, details: HitDetails) => void) => readonly Used[],
): Target {
  return {
    kind: "catchpoint",
    type: "catchpoint",
    where,
    source: type,
    attach(emulator, hit) {
      let isEnabled = true;
      const used = attach(emulator, (cpu, details) => void (isEnabled && hit(cpu, details)));
      return attached(used, (next) => isEnabled = next);
    },
  };
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(SYSCALL_NUMBERS).map(([name, number]) => [number, name]),
);

/** What is larger is an address or a mask, most likely. */
const LARGEST_DECIMAL = 0xffff_ffff;

/** Names and values of a call's arguments: `fd=1, buf=0x404000, count=14`. */
function argumentsText(args: Readonly<Record<string, unknown>>): string {
  const value = (each: unknown) => {
    if (typeof each !== "bigint" && typeof each !== "number") return Deno.inspect(each);
    return each > LARGEST_DECIMAL ? `0x${each.toString(16)}` : String(each);
  };
  return Object.entries(args).map(([name, each]) => `${name}=${value(each)}`).join(", ");
}

/** System calls: before they are made, and after. @param names Those that are meant; all, if empty. */
export function syscallTarget(names: readonly string[], where: string): Target {
  const isMeant = (name: string) => names.length === 0 || names.includes(name);
  const source = `catch syscall ${where}`.trimEnd();
  return target(source, where === "" ? "<any syscall>" : `syscall ${where}`, (emulator, hit) => [
    emulator.hookEvery("syscall", (cpu) => {
      const number = Number(BigInt.asUintN(32, cpu.rax));
      const name = NAMES.get(number) ?? String(number);
      if (isMeant(name)) hit(cpu, [` (call to syscall ${name})`]);
    }),
    emulator.hookSyscall(/^/, {
      onLeave: ({ name, args, result }) => {
        if (!isMeant(name)) return;
        hit(emulator.cpu, [` (returned from syscall ${name})`, `${name}(${argumentsText(args)}) = ${result}`]);
      },
    }),
  ]);
}

/** Signals that are about to be delivered. @param names Those that are meant; all, if empty. */
export function signalTarget(names: readonly string[]): Target {
  const where = names.join(" ");
  return target(`catch signal ${where}`.trimEnd(), where === "" ? "<any signal>" : where, (emulator, hit) => [
    emulator.on("signal", ({ name }, cpu) => {
      if (names.length === 0 || names.includes(name)) hit(cpu, [` (signal ${name})`]);
    }),
  ]);
}

/** Images that were mapped. @param pattern Over their paths; all, if undefined. */
export function loadTarget(pattern: RegExp | undefined): Target {
  const text = pattern === undefined ? "" : ` ${pattern.source}`;
  return target(`catch load${text}`, `load${text}`, (emulator, hit) => [
    emulator.on("image", ({ path }, cpu) => {
      if (pattern === undefined || pattern.test(path)) hit(cpu, ["", `  Inferior loaded ${path}`]);
    }),
  ]);
}

/** Processes that begin, or run another program. */
export function processTarget(event: "fork" | "vfork" | "exec"): Target {
  return target(`catch ${event}`, event, (emulator, hit) => [
    emulator.on("process", ({ what, id, path, sharesMemory }, cpu) => {
      if (event === "exec" && what === "executes") hit(cpu, [` (process ${id} runs ${path})`]);
      if (event === "fork" && what === "begins" && !sharesMemory) hit(cpu, [` (forked process ${id})`]);
      if (event === "vfork" && what === "begins" && sharesMemory) hit(cpu, [` (vforked process ${id})`]);
    }),
  ]);
}

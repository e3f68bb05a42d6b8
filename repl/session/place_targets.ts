/** Breakpoints and closures as targets: places in the code. */

import type { Location } from "../../mod.ts";
import type { Target } from "./attachment.ts";

/** A place as it is typed after `break`. */
function locationText(location: Location): string {
  return typeof location === "bigint" ? `*0x${location.toString(16)}` : String(location);
}

/** A place as TypeScript writes it. */
function locationCode(location: Location): string {
  if (typeof location === "bigint") return `0x${location.toString(16)}n`;
  return typeof location === "string" ? JSON.stringify(location) : String(location);
}

/** A breakpoint at a place. */
export function breakpointTarget(location: Location): Target {
  return {
    kind: "breakpoint",
    type: "breakpoint",
    where: typeof location === "bigint" ? `0x${location.toString(16)}` : String(location),
    source: `break ${locationText(location)}`,
    attach: (emulator, hit, pending) => emulator.hook(location, (cpu) => hit(cpu), { pending, afterPrologue: true }),
  };
}

/** A closure at a place. @param closure Its text, if it is to be saved. */
export function hookTarget(location: Location, closure: string | undefined): Target {
  return {
    kind: "hook",
    type: "hook",
    where: typeof location === "bigint" ? `0x${location.toString(16)}` : String(location),
    source: closure === undefined ? "" : `hook(${locationCode(location)}, ${closure}, { pending: true })`,
    attach: (emulator, hit, pending) => emulator.hook(location, (cpu) => hit(cpu), { pending }),
  };
}

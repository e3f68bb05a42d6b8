/** Why the guest stopped, in one line, as gdb says it. */

import type { StopReason } from "../../mod.ts";

/** A breakpoint that was hit, as far as it is shown. */
export interface HitBreakpoint {
  readonly number: number;
  readonly isTemporary: boolean;
}

/** Lines that say why the guest stopped. @param where Says where an address is: `0x401136 <main> at file.c:5`. */
export function stopLines(
  reason: StopReason,
  hit: HitBreakpoint | undefined,
  pid: number,
  where: (address: bigint) => string,
): string[] {
  switch (reason.kind) {
    case "exited":
      return [
        reason.status === 0
          ? `[Inferior 1 (process ${pid}) exited normally]`
          : `[Inferior 1 (process ${pid}) exited with code 0${reason.status.toString(8)}]`,
      ];
    case "signalled":
      return [
        `Program terminated with signal ${signalText(reason)}.`,
        ...(reason.fault === undefined ? [] : [reason.fault.description]),
        "The program no longer exists.",
      ];
    case "stopped":
      if (hit === undefined) return [`Stopped: ${reason.why}, at ${where(reason.pc)}`];
      return [
        `${hit.isTemporary ? "Temporary breakpoint" : "Breakpoint"} ${hit.number}, ${where(reason.pc)}`,
      ];
    case "interrupted":
      return [`Program interrupted, at ${where(reason.pc)}`];
    case "failed":
      return [`A closure threw; the guest is stopped at ${where(reason.pc)}`];
    default:
      return [];
  }
}

function signalText({ signal, name }: { signal: number; name: string }): string {
  return /^\d+$/.test(name) ? name : `${name.startsWith("SIG") ? name : `SIG${name}`} (${signal})`;
}

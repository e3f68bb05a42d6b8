/** Why the guest stopped, in one line, as gdb says it. */

import type { StopReason } from "../../mod.ts";

/** What stopped the guest, as far as it is shown. */
export interface StopCause {
  /** `Breakpoint 1`. */
  readonly title: string;
  /** What follows the title, then more lines. */
  readonly details: readonly string[];
  /** Whether the place has a line of its own in any case. */
  readonly isApart?: boolean;
}

/**
 * Lines that say why the guest stopped.
 *
 * @param where Says where an address is: `0x401136 <main> at file.c:5`.
 * @param thread The thread that is there, if there are several.
 */
export function stopLines(
  reason: StopReason,
  causes: readonly StopCause[],
  pid: number,
  where: (address: bigint) => string,
  thread?: string,
): string[] {
  const at = (pc: bigint) => `at ${where(pc)}${thread === undefined ? "" : `, in ${thread}`}`;
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
      return causes.length === 0
        ? [`Stopped: ${reason.why}, ${at(reason.pc)}`]
        : causeLines(causes, where(reason.pc), thread);
    case "interrupted":
      return [`Program interrupted, ${at(reason.pc)}`];
    case "failed":
      return [`A closure threw; the guest is stopped ${at(reason.pc)}`];
    case "stepped":
      return causes.length === 0 ? [] : causeLines(causes, where(reason.pc), thread);
    default:
      return [];
  }
}

/** Short causes share a line with the place, as gdb has it; the place follows longer ones. */
function causeLines(causes: readonly StopCause[], place: string, thread: string | undefined): string[] {
  const who = thread === undefined ? "" : `${thread} hit `;
  const heads = causes.map(({ title, details, isApart }) => `${isApart ? "" : who}${title}${details[0] ?? ""}`);
  if (causes.every(({ details, isApart }) => details.length <= 1 && !isApart)) return [`${heads.join(", ")}, ${place}`];
  return [...causes.flatMap(({ details }, index) => [heads[index], ...details.slice(1)]), place];
}

function signalText({ signal, name }: { signal: number; name: string }): string {
  return /^\d+$/.test(name) ? name : `${name.startsWith("SIG") ? name : `SIG${name}`} (${signal})`;
}

/** The threads of the guest, one a line, as gdb's `info threads` shows them. */

import type { GuestThread } from "../../mod.ts";

/** @param where Says where an address is: `0x401136 <main> at file.c:5`. */
export function threadLines(threads: readonly GuestThread[], where: (address: bigint) => string): string[] {
  const digits = String(threads.at(-1)?.number ?? 1).length;
  return threads.map(({ number, id, name, pc, waitsIn, isSelected }) => {
    const waits = waitsIn === undefined ? "" : `, waits in ${waitsIn}()`;
    return `${isSelected ? "*" : " "} ${String(number).padStart(digits)}  ${id} "${name}"  ${where(pc)}${waits}`;
  });
}

/** What a stop begins with if there are several threads: `Thread 2 "worker"`. */
export function threadTitle({ number, name }: GuestThread): string {
  return `Thread ${number} "${name}"`;
}

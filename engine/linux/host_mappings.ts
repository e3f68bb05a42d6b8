/** What the host has mapped at an address, from its `/proc/self/maps`; see proc_pid_maps(5). */

import { readHostFile } from "./host_files.ts";

/** A mapping of the host. */
export interface HostMapping {
  /** What is mapped, by device and inode: shared anonymous memory has one too. */
  readonly object: string;
  /** Offset in it of the address that was asked for. */
  readonly offset: number;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) (\S+ \d+)/;

/** Finds the mapping at an address. @throws {RangeError} If there is none. */
export function hostMapping(address: bigint): HostMapping {
  const bytes = readHostFile("/proc/self/maps");
  const text = typeof bytes === "number" ? "" : new TextDecoder().decode(bytes);
  for (const line of text.split("\n")) {
    const [, start, end, offset, object] = LINE.exec(line) ?? [];
    if (start === undefined || BigInt(`0x${start}`) > address || BigInt(`0x${end}`) <= address) continue;
    return { object, offset: Number(BigInt(`0x${offset}`) + address - BigInt(`0x${start}`)) };
  }
  throw new RangeError(`Cannot tell what is mapped at 0x${address.toString(16)}: nothing is`);
}

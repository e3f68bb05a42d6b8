/** /dev/random and /dev/urandom where random bytes come from a seed; see random(4). */

import { hostBuffer } from "../ffi/libc.ts";
import { FILE_TYPE, STAT } from "./abi/files.ts";
import type { OpenFile } from "./files.ts";
import type { Range } from "./guest_pointers.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { isType } from "./host_files.ts";
import type { RandomSource } from "./world.ts";

/** `makedev(1, 8)` and `makedev(1, 9)`. */
const DEVICES: readonly bigint[] = [0x108n, 0x109n];
const status = new HostBuffer(STAT.BYTES);

/** Has a file that was just opened give bytes of a source, if it is one of the two. */
export function seedRandomFile(file: OpenFile, source: RandomSource | undefined): void {
  if (source === undefined || !isType(file.mode, FILE_TYPE.CHARACTER)) return;
  hostCall("fstat", file.host, status.address);
  if (DEVICES.includes(status.view.getBigUint64(STAT.RDEV, true))) file.random = source;
}

/** Writes over what was read from such a file. @param count What the read returned. @returns The same. */
export function replaceRead(file: OpenFile | undefined, ranges: readonly Range[], count: number): number {
  if (file?.random === undefined) return count;
  let left = count;
  for (const { address, length } of ranges) {
    if (left <= 0) break;
    file.random.fill(new Uint8Array(hostBuffer(address, Math.min(left, length))));
    left -= length;
  }
  return count;
}

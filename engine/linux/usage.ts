/**
 * `struct rusage`: user and system time, then fourteen words; see getrusage(2).
 *
 * All guests run in the host process, so memory and faults are the host's. How much of a guest's time was in the kernel
 * is not known; it is shared out as the host's own is.
 */

import { RUSAGE } from "./abi/limits.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Process } from "./process.ts";

const [USAGE_SIZE, TIMES_SIZE] = [144, 32];
/** Where `struct timeval`s of user and system time are. */
const [USER, SYSTEM] = [0, 16];
const MILLION = 1_000_000n;
const record = new HostBuffer(USAGE_SIZE);

function microseconds(at: number): bigint {
  return record.view.getBigInt64(at, true) * MILLION + record.view.getBigInt64(at + 8, true);
}

/** CPU time outside the kernel and in it, in the unit of the sum. In a deterministic run a quarter is the kernel's. */
export function userAndSystem(process: Process, time: bigint): readonly [bigint, bigint] {
  if (process.world.system !== undefined) return [time - time / 4n, time / 4n];
  hostCall("getrusage", RUSAGE.RUSAGE_THREAD, record.address);
  const [user, system] = [microseconds(USER), microseconds(SYSTEM)];
  const kernel = time * system / (user + system || 1n);
  return [time - kernel, kernel];
}

/** A `struct rusage` of somebody who used as many nanoseconds of CPU time. */
export function usageRecord(process: Process, time: bigint): Uint8Array {
  const times = userAndSystem(process, time / 1000n);
  const bytes = record.bytes.slice();
  if (process.world.system !== undefined) bytes.fill(0, TIMES_SIZE);
  const view = new DataView(bytes.buffer);
  [USER, SYSTEM].forEach((at, index) => {
    view.setBigInt64(at, times[index] / MILLION, true);
    view.setBigInt64(at + 8, times[index] % MILLION, true);
  });
  return bytes;
}

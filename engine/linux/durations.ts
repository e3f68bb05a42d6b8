/** `struct timespec`, `struct timeval` and times in milliseconds. */

import { ERRNO } from "./abi/errno.ts";

/** Why a time was refused. */
export interface DurationFailure {
  /** A negative errno. */
  readonly failure: number;
}

/**
 * Reads a `struct timespec`.
 *
 * @param bytes 16 bytes, or undefined if they could not be read.
 * @returns Milliseconds, or EFAULT or EINVAL.
 */
export function readDuration(bytes: Uint8Array | undefined): number | DurationFailure {
  return read(bytes, 1_000_000_000n, 1e6);
}

/** Reads a `struct timeval`; see {@linkcode readDuration}. */
export function readTimeval(bytes: Uint8Array | undefined): number | DurationFailure {
  return read(bytes, 1_000_000n, 1e3);
}

function read(bytes: Uint8Array | undefined, whole: bigint, perMillisecond: number): number | DurationFailure {
  if (bytes === undefined) return { failure: -ERRNO.EFAULT };
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [seconds, fraction] = [view.getBigInt64(0, true), view.getBigInt64(8, true)];
  if (seconds < 0n || fraction < 0n || fraction >= whole) return { failure: -ERRNO.EINVAL };
  return Number(seconds) * 1000 + Number(fraction) / perMillisecond;
}

/** Milliseconds as a `struct timespec`. */
export function timespec(milliseconds: number): Uint8Array<ArrayBuffer> {
  return pair(milliseconds, 1e6);
}

/** Milliseconds as a `struct timeval`. */
export function timeval(milliseconds: number): Uint8Array<ArrayBuffer> {
  return pair(milliseconds, 1e3);
}

function pair(milliseconds: number, perMillisecond: number): Uint8Array<ArrayBuffer> {
  const units = Math.round(milliseconds * perMillisecond);
  const perSecond = 1000 * perMillisecond;
  const seconds = Math.floor(units / perSecond);
  return new Uint8Array(BigInt64Array.of(BigInt(seconds), BigInt(units - seconds * perSecond)).buffer);
}

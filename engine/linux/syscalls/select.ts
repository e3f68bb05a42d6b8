/** Rows select(2) and pselect6(2): sets of bits, told apart by poll(2) underneath. */

import { ERRNO } from "../abi/errno.ts";
import { POLL } from "../abi/files.ts";
import { readDuration, readTimeval, timespec, timeval } from "../durations.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, int } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Interest, pollNow, type ReadyWait, waitDescriptors, waitUntilReady } from "../readiness.ts";
import { type Result, syscall } from "../syscall.ts";
import { MASK_SIZE, readMask } from "./signal_actions.ts";

/** What makes a descriptor's bit stay set, for each of the three sets; from the kernel's `fs/select.c`. */
const KINDS = [
  POLL.POLLRDNORM | POLL.POLLRDBAND | POLL.POLLIN | POLL.POLLHUP | POLL.POLLERR,
  POLL.POLLWRBAND | POLL.POLLWRNORM | POLL.POLLOUT | POLL.POLLERR,
  POLL.POLLPRI,
];
const LEAST_TABLE = 64;

/** Linux ignores bits past the size of the process's table of descriptors. */
function tableSize(process: Process): number {
  const highest = Math.max(0, ...process.files.descriptors());
  return Math.max(LEAST_TABLE, 2 ** Math.ceil(Math.log2(highest + 1)));
}

function select(
  process: Process,
  nfds: number,
  addresses: readonly number[],
  wait: Pick<ReadyWait, "timeout" | "mask" | "onEnd">,
): Result {
  if (nfds < 0) return -ERRNO.EINVAL;
  const count = Math.min(nfds, tableSize(process));
  const bytes = Math.ceil(count / 64) * 8;
  const sets: (Uint8Array<ArrayBuffer> | undefined)[] = [];
  for (const at of addresses) {
    const set = at === 0 ? undefined : copyIn(process, at, bytes);
    if (at !== 0 && set === undefined) return -ERRNO.EFAULT;
    sets.push(set);
  }
  const isSet = (set: Uint8Array | undefined, fd: number) => set !== undefined && (set[fd >> 3] & 1 << (fd & 7)) !== 0;
  const interests: Interest[] = [];
  for (let fd = 0; fd < count; fd++) {
    const events = KINDS.reduce((sum, kind, index) => isSet(sets[index], fd) ? sum | kind : sum, 0);
    if (events === 0) continue;
    if (process.files.get(fd) === undefined) return -ERRNO.EBADF;
    interests.push({ fd, events });
  }
  function look(): number | undefined {
    const found = pollNow(process, interests);
    const results = sets.map((set) => set && new Uint8Array(set.length));
    let ready = 0;
    interests.forEach(({ fd }, index) => {
      KINDS.forEach((kind, which) => {
        if (!isSet(sets[which], fd) || !(found[index] & kind)) return;
        results[which]![fd >> 3] |= 1 << (fd & 7);
        ready++;
      });
    });
    return ready > 0 ? tell(results, ready) : undefined;
  }
  function tell(results: readonly (Uint8Array | undefined)[], ready: number): number {
    const copied = results.every((set, index) => set === undefined || copyOut(process, addresses[index], set));
    return copied ? ready : -ERRNO.EFAULT;
  }
  const none = () => tell(sets.map((set) => set && new Uint8Array(set.length)), 0);
  const result = waitUntilReady(process, { ...wait, descriptors: waitDescriptors(process, interests), look });
  return clearedAtTimeout(result, none);
}

/** A call whose time is over leaves its sets empty. */
function clearedAtTimeout(result: Result, clear: () => number): Result {
  if (typeof result !== "object") return result === 0 ? clear() : result;
  return { ...result, retry: () => clearedAtTimeout(result.retry(), clear) };
}

/** select(2) */
export const select_ = syscall(
  "select",
  "full",
  { nfds: int, readfds: address, writefds: address, exceptfds: address, timeout: address },
  (process, { nfds, readfds, writefds, exceptfds, timeout: at }) => {
    const timeout = at === 0 ? undefined : readTimeval(normalized(copyIn(process, at, 16)));
    if (typeof timeout === "object") return timeout.failure;
    const onEnd = (left: number) => {
      if (at !== 0) copyOut(process, at, timeval(left));
    };
    return select(process, nfds, [readfds, writefds, exceptfds], { timeout, onEnd });
  },
);

/** select(2) takes more than a second's microseconds; the other calls do not. */
function normalized(bytes: Uint8Array<ArrayBuffer> | undefined): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const words = new BigInt64Array(bytes.buffer);
  if (words[1] >= 1_000_000n) {
    words[0] += words[1] / 1_000_000n;
    words[1] %= 1_000_000n;
  }
  return bytes;
}

/** pselect(2): its last argument points to the mask and its size. */
export const pselect6 = syscall(
  "pselect6",
  "full",
  { nfds: int, readfds: address, writefds: address, exceptfds: address, timeout: address, sigmask: address },
  (process, { nfds, readfds, writefds, exceptfds, timeout: at, sigmask }) => {
    const pair = sigmask === 0 ? undefined : copyIn(process, sigmask, 16);
    if (sigmask !== 0 && pair === undefined) return -ERRNO.EFAULT;
    const timeout = at === 0 ? undefined : readDuration(copyIn(process, at, 16));
    if (typeof timeout === "object") return timeout.failure;
    const [maskAt, maskSize] = pair === undefined ? [0, 0] : [...new BigUint64Array(pair.buffer)].map(Number);
    if (maskAt !== 0 && maskSize !== MASK_SIZE) return -ERRNO.EINVAL;
    const mask = maskAt === 0 ? undefined : readMask(process, maskAt);
    if (maskAt !== 0 && mask === undefined) return -ERRNO.EFAULT;
    const onEnd = (left: number) => {
      if (at !== 0) copyOut(process, at, timespec(left));
    };
    return select(process, nfds, [readfds, writefds, exceptfds], { timeout, mask, onEnd });
  },
);

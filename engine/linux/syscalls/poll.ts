/** Rows poll(2) and ppoll(2). */

import { ERRNO } from "../abi/errno.ts";
import { readDuration, timespec } from "../durations.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, int, size, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Interest, pollNow, type ReadyWait, waitDescriptors, waitUntilReady } from "../readiness.ts";
import { type Result, syscall } from "../syscall.ts";
import { MASK_SIZE, readMask } from "./signal_actions.ts";

const RECORD = 8;

function poll(
  process: Process,
  at: number,
  count: number,
  wait: Pick<ReadyWait, "timeout" | "mask" | "onEnd">,
): Result {
  if (count > process.files.limit) return -ERRNO.EINVAL;
  const bytes = copyIn(process, at, count * RECORD);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const view = new DataView(bytes.buffer);
  const interests: Interest[] = Array.from({ length: count }, (_, index) => ({
    fd: view.getInt32(index * RECORD, true),
    events: view.getInt16(index * RECORD + 4, true),
  }));
  function look(): number | undefined {
    const found = pollNow(process, interests);
    const ready = found.filter((events) => events !== 0).length;
    found.forEach((events, index) => view.setUint16(index * RECORD + 6, events, true));
    const copied = copyOut(process, at, bytes!);
    return !copied ? -ERRNO.EFAULT : ready > 0 ? ready : undefined;
  }
  return waitUntilReady(process, { ...wait, descriptors: waitDescriptors(process, interests), look });
}

/** poll(2) */
export const poll_ = syscall(
  "poll",
  "full",
  { fds: address, nfds: unsigned, timeout: int },
  (process, { fds, nfds, timeout }) => poll(process, fds, nfds, { timeout: timeout < 0 ? undefined : timeout }),
);

/** ppoll(2) */
export const ppoll = syscall(
  "ppoll",
  "full",
  { fds: address, nfds: unsigned, tmo_p: address, sigmask: address, sigsetsize: size },
  (process, { fds, nfds, tmo_p, sigmask, sigsetsize }) => {
    const timeout = tmo_p === 0 ? undefined : readDuration(copyIn(process, tmo_p, 16));
    if (typeof timeout === "object") return timeout.failure;
    if (sigmask !== 0 && sigsetsize !== MASK_SIZE) return -ERRNO.EINVAL;
    const mask = sigmask === 0 ? undefined : readMask(process, sigmask);
    if (sigmask !== 0 && mask === undefined) return -ERRNO.EFAULT;
    const onEnd = (left: number) => {
      if (tmo_p !== 0) copyOut(process, tmo_p, timespec(left));
    };
    return poll(process, fds, nfds, { timeout, mask, onEnd });
  },
);

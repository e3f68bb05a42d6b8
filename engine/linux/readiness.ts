/**
 * Waiting until one of several files is ready: what poll(2), select(2) and epoll_wait(2) share.
 *
 * The host is asked without waiting; if nothing is ready the guest's thread waits for the descriptors, a time, or a
 * signal.
 */

import { ERRNO } from "./abi/errno.ts";
import { POLL } from "./abi/files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Process } from "./process.ts";
import type { Result } from "./syscall.ts";

/** A guest descriptor and what to look for. */
export interface Interest {
  readonly fd: number;
  readonly events: number;
}

const RECORD = 8;
let records = new HostBuffer(64 * RECORD);

/**
 * Asks what files are ready for now.
 *
 * @returns poll(2)'s `revents` of each: POLLNVAL if there is no such descriptor, 0 if its number is negative.
 */
export function pollNow(process: Process, interests: readonly Interest[]): number[] {
  const size = interests.length * RECORD;
  if (size > records.bytes.length) records = new HostBuffer(size * 2);
  const { view } = records;
  interests.forEach(({ fd, events }, index) => {
    view.setInt32(index * RECORD, fd < 0 ? -1 : process.files.host(fd), true);
    view.setInt16(index * RECORD + 4, events, true);
    view.setInt16(index * RECORD + 6, 0, true);
  });
  if (interests.length > 0) hostCall("poll", records.address, interests.length, 0);
  return interests.map(({ fd }, index) => {
    if (fd >= 0 && process.files.get(fd) === undefined) return POLL.POLLNVAL;
    return view.getUint16(index * RECORD + 6, true);
  });
}

/** How to wait. */
export interface ReadyWait {
  /** What to wait for: host descriptors and poll(2) events. */
  readonly descriptors: readonly { readonly descriptor: number; readonly events: number }[];
  /** Looks what is ready. @returns The call's result, or undefined to wait on. */
  look(): number | undefined;
  /** Milliseconds to wait at most; undefined for ever. */
  readonly timeout: number | undefined;
  /** Signals blocked meanwhile, for ppoll(2) and its like. */
  readonly mask?: bigint | undefined;
  /** Hears that the call ends, with the milliseconds that are left of its time. */
  onEnd?(left: number): void;
}

/** Waits until {@linkcode ReadyWait.look} has a result, the time is over (0), or a handler runs (EINTR). */
export function waitUntilReady(process: Process, wait: ReadyWait): Result {
  const { timeout, mask } = wait;
  const { clock } = process.world;
  const deadline = timeout === undefined ? undefined : clock.now() + timeout;
  const { signals } = process.thread;
  if (mask !== undefined) signals.suspend(mask);
  const left = () => deadline === undefined ? 0 : Math.max(0, deadline - clock.now());
  function attempt(): Result {
    const found = wait.look();
    const result = found ?? (deadline !== undefined && left() === 0 ? 0 : undefined);
    if (result !== undefined) {
      if (mask !== undefined) signals.resume();
      wait.onEnd?.(left());
      return result;
    }
    return {
      wait: { descriptors: wait.descriptors, ...(deadline === undefined ? {} : { deadline }) },
      retry: attempt,
      interrupt() {
        wait.onEnd?.(left());
        return -ERRNO.EINTR;
      },
    };
  }
  return attempt();
}

/** Host descriptors for what is waited for. */
export function waitDescriptors(process: Process, interests: readonly Interest[]): ReadyWait["descriptors"] {
  return interests.flatMap(({ fd, events }) => {
    const file = process.files.get(fd);
    return file === undefined ? [] : [{ descriptor: file.host, events }];
  });
}

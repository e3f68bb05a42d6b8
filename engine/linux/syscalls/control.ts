/** Row ioctl(2): requests of terminals, pipes, files and disks. Others get ENOTTY, as from a file that is none. */

import { ERRNO } from "../abi/errno.ts";
import { OPEN_FLAGS } from "../abi/files.ts";
import { IOCTL, type IoctlRequest } from "../abi/ioctl.ts";
import { withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { copyIn, copyOut, readable, writable } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { address, choice, fd } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const { O_NONBLOCK, O_CLOEXEC } = OPEN_FLAGS;
const REQUESTS = new Map<number, IoctlRequest>(Object.values(IOCTL).map((request) => [request.number, request]));
const answer = new HostBuffer(4);
const NAMES = Object.fromEntries(Object.entries(IOCTL).map(([name, { number }]) => [name, number | 0]));

function word(process: Process, at: number): number | undefined {
  const bytes = copyIn(process, at, 4);
  return bytes && new DataView(bytes.buffer).getInt32(0, true);
}

const settings = new HostBuffer(64);

function isTerminal(file: OpenFile): boolean {
  return hostCall("ioctl", file.host, IOCTL.TCGETS.number, settings.address) === 0;
}

type Own = (process: Process, file: OpenFile, fd: number, argument: number) => number;

function setCloseOnExec(value: boolean): Own {
  return (process, _, fd) => {
    process.files.setCloseOnExec(fd, value);
    return 0;
  };
}

/**
 * Requests about the terminal's process groups. The host has Ceratops in front, or not; which of the guest's groups is
 * in front is the guest's own.
 */
function aboutForeground(work: (process: Process, argument: number) => number): Own {
  return (process, file, _, argument) => {
    const asked = hostCall("ioctl", file.host, IOCTL.TIOCGPGRP.number, answer.address);
    return asked < 0 ? asked : work(process, argument);
  };
}

function tellForeground(process: Process, argument: number): number {
  const { table } = process;
  const first = table.processes.values().next().value?.group ?? process.group;
  const bytes = new Uint8Array(Int32Array.of(table.foreground ?? first).buffer);
  return copyOut(process, argument, bytes) ? 0 : -ERRNO.EFAULT;
}

function setForeground(process: Process, argument: number): number {
  const group = word(process, argument);
  if (group === undefined) return -ERRNO.EFAULT;
  if (group < 0) return -ERRNO.EINVAL;
  const members = process.table.group(group);
  if (members.length === 0) return -ERRNO.ESRCH;
  if (!members.some(({ session }) => session === process.session)) return -ERRNO.EPERM;
  process.table.foreground = group;
  return 0;
}

function tellSession(process: Process, argument: number): number {
  const bytes = new Uint8Array(Int32Array.of(process.session).buffer);
  return copyOut(process, argument, bytes) ? 0 : -ERRNO.EFAULT;
}

/** Requests about the guest's own descriptors. */
const OWN: Readonly<Record<number, Own>> = {
  [IOCTL.TIOCGPGRP.number]: aboutForeground(tellForeground),
  [IOCTL.TIOCSPGRP.number]: aboutForeground(setForeground),
  [IOCTL.TIOCGSID.number]: aboutForeground(tellSession),
  [IOCTL.FIOCLEX.number]: setCloseOnExec(true),
  [IOCTL.FIONCLEX.number]: setCloseOnExec(false),
  [IOCTL.FIONBIO.number]: (process, file, _, argument) => {
    const value = word(process, argument);
    if (value === undefined) return -ERRNO.EFAULT;
    return file.setFlags(value === 0 ? file.flags & ~O_NONBLOCK : file.flags | O_NONBLOCK);
  },
  // Signals about input would go to the host process.
  [IOCTL.FIOASYNC.number]: () => 0,
  [IOCTL.FICLONE.number]: (process, file, _, argument) => {
    const source = process.files.get(argument | 0);
    return source === undefined ? -ERRNO.EBADF : hostCall("ioctl", file.host, IOCTL.FICLONE.number, source.host);
  },
  // The host keeps its terminal, whatever the guest's sessions do.
  [IOCTL.TIOCSCTTY.number]: (process, file) =>
    isTerminal(file) ? process.session === process.pid ? 0 : -ERRNO.EPERM : -ERRNO.ENOTTY,
  [IOCTL.TIOCNOTTY.number]: (_, file) => isTerminal(file) ? 0 : -ERRNO.ENOTTY,
  [IOCTL.TIOCSETD.number]: (process, file, _, argument) => {
    const line = word(process, argument);
    return !isTerminal(file) ? -ERRNO.ENOTTY : line === undefined ? -ERRNO.EFAULT : line === 0 ? 0 : -ERRNO.EINVAL;
  },
  [IOCTL.TIOCGPTPEER.number]: (process, file, _, argument) => {
    const host = hostCall("ioctl", file.host, IOCTL.TIOCGPTPEER.number, argument | O_CLOEXEC);
    return host < 0 ? host : process.files.add(host, "/dev/pts", (argument & O_CLOEXEC) !== 0);
  },
};

/** ioctl(2) */
export const ioctl = syscall(
  "ioctl",
  "partial",
  { fd, request: choice(NAMES), argument: address },
  (process, { fd, request, argument }) =>
    withFile(process, fd, (file) => {
      const number = request >>> 0;
      const own = OWN[number];
      if (own !== undefined) return own(process, file, fd, argument);
      const known = REQUESTS.get(number);
      if (known === undefined) return -ERRNO.ENOTTY;
      const { bytes, fills } = known;
      const value = bytes === 0
        ? BigInt(argument)
        : fills
        ? writable(process, argument, bytes)
        : readable(process, argument, bytes);
      return hostCall("ioctl", file.host, number, value);
    }),
  "Terminals, pipes, file flags and sizes; no requests with pointers inside",
);

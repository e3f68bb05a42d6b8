/** Rows that read and write: read(2), write(2), pread(2), readv(2) and their like, lseek(2). */

import { ERRNO } from "../abi/errno.ts";
import { RWF, SEEK } from "../abi/files.ts";
import { withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { hostVectors, transferRange, transferRanges } from "../guest_pointers.ts";
import { hostCall, hostCall64 } from "../host.ts";
import { choice, fd, flags, input, int, ioVectors, long, output, size } from "../parameters.ts";
import { syscall } from "../syscall.ts";
import { replaceRead } from "../random_files.ts";
import { readFile, writeFile } from "../transfers.ts";

const [READ, WRITE] = [1, 2];

/** read(2) */
export const read = syscall(
  "read",
  "full",
  { fd, buf: output, count: size },
  (process, { fd, buf, count }) =>
    withFile(process, fd, (file) => readFile(process, file, [transferRange(process, buf, count, WRITE)])),
);

/** write(2) */
export const write = syscall(
  "write",
  "full",
  { fd, buf: input(2), count: size },
  (process, { fd, buf, count }) =>
    withFile(process, fd, (file) => writeFile(process, file, [transferRange(process, buf, count, READ)])),
);

/** pread64(2) */
export const pread64 = syscall(
  "pread64",
  "full",
  { fd, buf: output, count: size, offset: long },
  (process, { fd, buf, count, offset }) => {
    const range = transferRange(process, buf, count, WRITE);
    const result = hostCall("pread64", process.files.host(fd), range.address, range.length, offset);
    return replaceRead(process.files.get(fd), [range], result);
  },
);

/** pwrite64(2) */
export const pwrite64 = syscall(
  "pwrite64",
  "full",
  { fd, buf: input(2), count: size, offset: long },
  (process, { fd, buf, count, offset }) => {
    const { address, length } = transferRange(process, buf, count, READ);
    return hostCall("pwrite64", process.files.host(fd), address, length, offset);
  },
);

/** readv(2) */
export const readv = syscall(
  "readv",
  "full",
  { fd, iov: ioVectors(2, "output"), iovcnt: int },
  (process, { fd, iov, iovcnt }) =>
    withFile(process, fd, (file) => {
      const ranges = transferRanges(process, iov, iovcnt, WRITE);
      return typeof ranges === "number" ? ranges : readFile(process, file, ranges);
    }),
);

/** writev(2) */
export const writev = syscall(
  "writev",
  "full",
  { fd, iov: ioVectors(2, "input"), iovcnt: int },
  (process, { fd, iov, iovcnt }) =>
    withFile(process, fd, (file) => {
      const ranges = transferRanges(process, iov, iovcnt, READ);
      return typeof ranges === "number" ? ranges : writeFile(process, file, ranges);
    }),
);

const positioned = (name: "preadv" | "pwritev", direction: "input" | "output") =>
  syscall(
    name,
    "full",
    { fd, iov: ioVectors(2, direction), iovcnt: int, offset: long },
    (process, { fd, iov, iovcnt, offset }) => {
      const ranges = transferRanges(process, iov, iovcnt, direction === "output" ? WRITE : READ);
      if (typeof ranges === "number") return process.files.get(fd) === undefined ? -ERRNO.EBADF : ranges;
      return hostCall(name, process.files.host(fd), hostVectors(ranges), ranges.length, offset, 0);
    },
  );

/** preadv(2) */
export const preadv = positioned("preadv", "output");
/** pwritev(2) */
export const pwritev = positioned("pwritev", "input");

const flagged = (name: "preadv2" | "pwritev2", direction: "input" | "output") =>
  syscall(
    name,
    "full",
    { fd, iov: ioVectors(2, direction), iovcnt: int, offset: long, high: long, flags: flags(RWF) },
    (process, { fd, iov, iovcnt, offset, flags }) =>
      withFile(process, fd, (file) => {
        const ranges = transferRanges(process, iov, iovcnt, direction === "output" ? WRITE : READ);
        if (typeof ranges === "number") return ranges;
        if (offset !== -1n) return hostCall(name, file.host, hostVectors(ranges), ranges.length, offset, 0, flags);
        return direction === "output"
          ? readFile(process, file, ranges, flags)
          : writeFile(process, file, ranges, flags);
      }),
  );

/** preadv2(2) */
export const preadv2 = flagged("preadv2", "output");
/** pwritev2(2) */
export const pwritev2 = flagged("pwritev2", "input");

/** lseek(2) */
export const lseek = syscall(
  "lseek",
  "full",
  { fd, offset: long, whence: choice(SEEK) },
  (process, { fd, offset, whence }) =>
    withFile(
      process,
      fd,
      (file) =>
        file.node?.kind === "directory"
          ? seekListing(file, offset, whence)
          : hostCall64("lseek", file.host, offset, whence),
    ),
);

/** A directory of the guest's `/proc` is read from a listing of its own. */
function seekListing(file: OpenFile, offset: bigint, whence: number): number {
  const position = Number(offset) + (whence === SEEK.SEEK_CUR ? file.listing?.position ?? 0 : 0);
  if (whence > SEEK.SEEK_CUR || position < 0) return -ERRNO.EINVAL;
  if (position === 0) file.listing = undefined;
  else if (file.listing !== undefined) file.listing.position = position;
  return position;
}

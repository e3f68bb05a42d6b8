/** Opens program files for the loader, with the errors that execve(2) would give. */

import { ProgramError } from "../loader/errors.ts";
import type { ProgramFile } from "../loader/load_program.ts";
import { ERRNO, errnoName } from "./abi/errno.ts";
import { HostBuffer, hostCall } from "./host.ts";
import type { Paths } from "./paths.ts";
import type { Process } from "./process.ts";

const AT_FDCWD = -100;
const X_OK = 1;
const O_CLOEXEC = 0o2000000;
/** Offsets in `struct stat`. */
const STAT = { MODE: 24, SIZE: 48, END: 144 } as const;
const S_IFMT = 0o170000;
const KINDS: Readonly<Record<number, string>> = {
  0o040000: "a directory",
  0o020000: "a character device",
  0o060000: "a block device",
  0o010000: "a pipe",
  0o140000: "a socket",
};
const PROBLEMS: Readonly<Record<number, string>> = {
  [ERRNO.ENOENT]: "there is no such file",
  [ERRNO.ENOTDIR]: "a part of its path is not a directory",
  [ERRNO.EACCES]: "permission is denied",
  [ERRNO.ELOOP]: "its path leads through too many symbolic links",
  [ERRNO.ENAMETOOLONG]: "its path is too long",
};

function problem(path: string, errno: number): ProgramError {
  return new ProgramError(path, PROBLEMS[errno] ?? `it cannot be opened, ${errnoName(errno)}`, errno);
}

/**
 * Opens a regular, executable file.
 *
 * @param path The guest's path.
 * @param process For paths in its `/proc`.
 * @throws {ProgramError} If it is missing, is something else, or may not be executed.
 */
export function openProgram(paths: Paths, path: string, process?: Process): ProgramFile {
  const name = new HostBuffer(8192);
  const hostPath = new TextEncoder().encode(paths.toHost(path, process));
  if (hostPath.length >= 4096) throw problem(path, ERRNO.ENAMETOOLONG);
  name.setString(hostPath);
  const descriptor = hostCall("openat", AT_FDCWD, name.address, O_CLOEXEC | 0o4000, 0);
  if (descriptor < 0) throw problem(path, -descriptor);
  const close = () => void hostCall("close", descriptor);
  const status = new HostBuffer(STAT.END);
  hostCall("fstat", descriptor, status.address);
  const mode = status.view.getUint32(STAT.MODE, true);
  const kind = KINDS[mode & S_IFMT];
  if (kind !== undefined) {
    close();
    throw new ProgramError(path, `it is ${kind}`, ERRNO.EACCES);
  }
  if (hostCall("faccessat", AT_FDCWD, name.address, X_OK) < 0) {
    close();
    throw new ProgramError(path, "it is not executable; chmod +x makes it so", ERRNO.EACCES);
  }
  const size = Number(status.view.getBigInt64(STAT.SIZE, true));
  return {
    descriptor,
    size,
    close,
    read: (offset, length) => readAt(descriptor, offset, Math.min(length, size - offset)),
  };
}

function readAt(descriptor: number, offset: number, length: number): Uint8Array {
  const buffer = new HostBuffer(Math.max(0, length));
  let filled = 0;
  while (filled < length) {
    const count = hostCall("pread64", descriptor, buffer.address + BigInt(filled), length - filled, offset + filled);
    if (count <= 0) break;
    filled += count;
  }
  return buffer.bytes.subarray(0, filled);
}

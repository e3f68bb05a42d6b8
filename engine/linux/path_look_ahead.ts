/**
 * Tells whether the host's kernel may resolve a guest path by itself: whether what it leads to is outside of any procfs.
 *
 * The path is opened with openat2(2) first, without following magic links and for naming only (O_PATH), which has no
 * effect on what is there. A way into a procfs, even by a link or a bind mount, ends there and shows by its file system.
 * Nobody changes the tree between this look and the call itself but other processes of the user, who may do what
 * Ceratops may.
 */

import { ERRNO } from "./abi/errno.ts";
import { RESOLVE } from "./abi/files.ts";
import { guestPath, readable } from "./guest_pointers.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { isProcfs } from "./host_files.ts";
import type { Process } from "./process.ts";

const [O_PATH, O_CLOEXEC, O_NOFOLLOW] = [0o10000000, 0o2000000, 0o400000];
/** Bytes of `struct open_how`. */
const HOW_BYTES = 24;
const SLASH = 0x2f;
const how = new HostBuffer(HOW_BYTES);
const parentPath = new HostBuffer(4097);

function look(directory: number, path: bigint, follow: boolean): number {
  how.view.setBigUint64(0, BigInt(O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)), true);
  how.view.setBigUint64(16, BigInt(RESOLVE.RESOLVE_NO_MAGICLINKS), true);
  return hostCall("openat2", directory, path, how.address, HOW_BYTES);
}

/**
 * Looks where a path leads.
 *
 * @param directory Host descriptor that a relative path starts from; not of a procfs.
 * @param pathname Guest address of the path.
 * @returns "host" if the host may resolve it, "walk" if not, or a negative errno that any call with the path would give.
 */
export function lookAhead(
  process: Process,
  directory: number,
  pathname: number,
  follow: boolean,
): "host" | "walk" | number {
  const path = readable(process, pathname, 1);
  const descriptor = look(directory, path, follow);
  if (descriptor === -ERRNO.EFAULT || descriptor === -ERRNO.ENAMETOOLONG) return descriptor;
  if (descriptor >= 0) {
    const outside = !isProcfs(descriptor);
    hostCall("close", descriptor);
    return outside ? "host" : "walk";
  }
  if (descriptor !== -ERRNO.ENOENT) return "walk";
  return isMissing(process, directory, path, pathname) ? "host" : "walk";
}

/** Whether a path whose end is missing ends in a directory outside of any procfs, and not with a dangling link. */
function isMissing(process: Process, directory: number, path: bigint, pathname: number): boolean {
  const bytes = guestPath(process, pathname);
  if (typeof bytes === "number" || bytes.length === 0) return false;
  let end = bytes.length;
  while (end > 1 && bytes[end - 1] === SLASH) end--;
  const slash = bytes.subarray(0, end).lastIndexOf(SLASH);
  const parent = slash < 0 ? Uint8Array.of(0x2e) : bytes.subarray(0, Math.max(1, slash));
  const above = look(directory, parentPath.setString(parent), true);
  if (above < 0) return false;
  const outside = !isProcfs(above);
  hostCall("close", above);
  const link = look(directory, path, false);
  if (link >= 0) hostCall("close", link);
  return outside && link < 0;
}

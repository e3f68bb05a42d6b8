/**
 * Entries of the host's `/proc` that the guest may see as they are. Links of other processes are shown, not followed.
 */

import { AT_FDCWD, FILE_TYPE, STAT } from "../abi/files.ts";
import { ERRNO } from "../abi/errno.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { isType, readLink } from "../host_files.ts";
import { bytesOf, ENTRY, type ProcDirectory, type ProcEntry, type ProcNode } from "./node.ts";

const [O_PATH, O_CLOEXEC, O_DIRECTORY] = [0o10000000, 0o2000000, 0o200000];
const AT_SYMLINK_NOFOLLOW = 0x100;
const PATH_BYTES = 8192;
const name = new HostBuffer(PATH_BYTES);
const status = new HostBuffer(STAT.BYTES);

let opened: number | undefined;

/** Descriptor of the host's `/proc`; what is done with it must go through nodes. */
export function hostProc(): number {
  if (opened === undefined) {
    const path = new HostBuffer(8);
    opened = hostCall("openat", AT_FDCWD, path.setString(bytesOf("/proc")), O_PATH | O_CLOEXEC | O_DIRECTORY, 0);
  }
  return opened;
}

/** Host address of a node's path below the host's `/proc`; valid until the next call. */
export function hostProcName(node: ProcNode): bigint {
  return name.setString(bytesOf(node.path === "/proc" ? "." : node.path.slice("/proc/".length)));
}

/** `st_mode` of a path below the host's `/proc`; undefined if there is nothing. */
export function hostMode(path: string): number | undefined {
  if (path.length >= PATH_BYTES) return undefined;
  const at = name.setString(bytesOf(path));
  const result = hostCall("newfstatat", hostProc(), at, status.address, AT_SYMLINK_NOFOLLOW);
  return result < 0 ? undefined : status.view.getUint32(STAT.MODE, true);
}

/**
 * Something of the host's `/proc`.
 *
 * @param ofProcess Whether it belongs to another process: then its links are not followed.
 */
export function hostNode(path: string, parent: ProcDirectory, ofProcess: boolean): ProcNode | undefined {
  const mode = hostMode(path);
  if (mode === undefined) return undefined;
  const common = { path: `/proc/${path}`, permissions: mode & 0o7777 };
  if (isType(mode, FILE_TYPE.LINK)) {
    const text = () => readLink(hostProc(), hostProcName({ ...common, kind: "host" }));
    const refused = () => ({ kind: "refused", errno: ERRNO.EACCES }) as const;
    return { ...common, kind: "link", text, ...(ofProcess ? { target: refused } : {}) };
  }
  if (!isType(mode, FILE_TYPE.DIRECTORY)) return { ...common, kind: "host" };
  const directory: ProcDirectory = {
    ...common,
    kind: "directory",
    parent,
    entries: () => hostEntries(common.path),
    child: (name) => hostNode(`${path}/${name}`, directory, ofProcess),
  };
  return directory;
}

/** What a directory of the host's `/proc` lists. */
export function hostEntries(path: string): ProcEntry[] {
  return [...Deno.readDirSync(path)].map(({ name, isDirectory, isSymlink }) => ({
    name,
    type: isDirectory ? ENTRY.DIRECTORY : isSymlink ? ENTRY.LINK : ENTRY.FILE,
  }));
}

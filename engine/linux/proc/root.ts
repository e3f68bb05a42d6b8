/**
 * `/proc` itself: the guest's processes, and of the host's what tells nothing of the host process.
 *
 * Other processes of the host are there as they are for any program of the user, but their links to open files,
 * directories and roots are not followed. `kcore` and its like, which show all memory, are refused.
 */

import { AT_FDCWD, FILE_TYPE, STAT } from "../abi/files.ts";
import { ERRNO } from "../abi/errno.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { isType, readLink } from "../host_files.ts";
import type { Process } from "../process.ts";
import { bytesOf, ENTRY, type ProcDirectory, type ProcEntry, type ProcLink, type ProcNode } from "./node.ts";
import { processDirectory } from "./self.ts";

const [O_PATH, O_CLOEXEC, O_DIRECTORY] = [0o10000000, 0o2000000, 0o200000];
const AT_SYMLINK_NOFOLLOW = 0x100;
const REFUSED = ["kcore", "kmem", "kpagecount", "kpageflags", "kpagecgroup", "vmcore"];
const PATH_BYTES = 8192;
const name = new HostBuffer(PATH_BYTES);
const status = new HostBuffer(STAT.BYTES);

let opened: number | undefined;

/** Descriptor of the host's `/proc`; what is done with it must go through nodes. */
export function hostProc(): number {
  return opened ??= hostCall("openat", AT_FDCWD, name.setString(bytesOf("/proc")), O_PATH | O_CLOEXEC | O_DIRECTORY, 0);
}

/** Host address of a node's path below the host's `/proc`; valid until the next call. */
export function hostProcName(node: ProcNode): bigint {
  return name.setString(bytesOf(node.path === "/proc" ? "." : node.path.slice("/proc/".length)));
}

const roots = new WeakMap<Process, ProcDirectory>();

/** The guest's `/proc`, as a process sees it. */
export function procRoot(process: Process): ProcDirectory {
  let root = roots.get(process);
  if (root === undefined) roots.set(process, root = makeRoot(process));
  return root;
}

function isNumber(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text);
}

/** Whether a number is that of the host process, or of one of its threads. */
function isHostTask(pid: string): boolean {
  return Number(pid) === Deno.pid || hostMode(`self/task/${pid}`) !== undefined;
}

function hostMode(path: string): number | undefined {
  if (path.length >= PATH_BYTES) return undefined;
  const result = hostCall(
    "newfstatat",
    hostProc(),
    name.setString(bytesOf(path)),
    status.address,
    AT_SYMLINK_NOFOLLOW,
  );
  return result < 0 ? undefined : status.view.getUint32(STAT.MODE, true);
}

function makeRoot(process: Process): ProcDirectory {
  const root: ProcDirectory = {
    kind: "directory",
    path: "/proc",
    permissions: 0o555,
    parent: undefined,
    entries: () => rootEntries(process),
    child(text) {
      const own = text === String(process.pid);
      if (own) return processDirectory(process, root);
      if (text === "self") return textLink("/proc/self", () => String(process.pid));
      if (text === "thread-self") return textLink("/proc/thread-self", () => `${process.pid}/task/${process.pid}`);
      if (REFUSED.includes(text) || isNumber(text) && isHostTask(text)) return undefined;
      return hostNode(text, root, isNumber(text));
    },
  };
  return root;
}

function rootEntries(process: Process): ProcEntry[] {
  const names = [...Deno.readDirSync("/proc")].filter(({ name }) =>
    !REFUSED.includes(name) && !(isNumber(name) && isHostTask(name))
  );
  return [
    ...names.map(({ name, isDirectory, isSymlink }) => ({
      name,
      type: isDirectory ? ENTRY.DIRECTORY : isSymlink ? ENTRY.LINK : ENTRY.FILE,
    })),
    { name: String(process.pid), type: ENTRY.DIRECTORY },
  ];
}

function textLink(path: string, text: () => string): ProcLink {
  return { kind: "link", path, permissions: 0o777, text: () => bytesOf(text()) };
}

/**
 * Something of the host's `/proc`.
 *
 * @param ofProcess Whether it belongs to another process: then its links are not followed.
 */
function hostNode(path: string, parent: ProcDirectory, ofProcess: boolean): ProcNode | undefined {
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

function hostEntries(path: string): ProcEntry[] {
  return [...Deno.readDirSync(path)].map(({ name, isDirectory, isSymlink }) => ({
    name,
    type: isDirectory ? ENTRY.DIRECTORY : isSymlink ? ENTRY.LINK : ENTRY.FILE,
  }));
}

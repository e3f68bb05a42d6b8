/**
 * `/proc` itself: the guest's processes, and of the host's what tells nothing of the host process.
 *
 * Other processes of the host are there as they are for any program of the user, but their links to open files,
 * directories and roots are not followed. `kcore` and its like, which show all memory, are
 * missing, and so is `kmsg`, whose reading would make the host wait.
 */

import type { Process } from "../process.ts";
import { hostEntries, hostMode, hostNode } from "./host_entry.ts";
import { bytesOf, ENTRY, type ProcDirectory, type ProcEntry, type ProcLink } from "./node.ts";
import { processDirectory } from "./self.ts";

const REFUSED = ["kcore", "kmem", "kmsg", "kpagecount", "kpageflags", "kpagecgroup", "vmcore"];

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

function makeRoot(process: Process): ProcDirectory {
  const root: ProcDirectory = {
    kind: "directory",
    path: "/proc",
    permissions: 0o555,
    parent: undefined,
    entries: () => rootEntries(process),
    child(text) {
      const other = isNumber(text) ? process.table.processes.get(Number(text)) : undefined;
      if (other !== undefined) return other.ending === undefined ? processDirectory(other, root) : undefined;
      if (text === "self") return textLink("/proc/self", () => String(process.pid));
      if (text === "thread-self") {
        return textLink("/proc/thread-self", () => `${process.pid}/task/${process.thread.tid}`);
      }
      if (REFUSED.includes(text) || isNumber(text) && isHostTask(text)) return undefined;
      return hostNode(text, root, isNumber(text));
    },
  };
  return root;
}

function rootEntries(process: Process): ProcEntry[] {
  const shown = hostEntries("/proc").filter(({ name }) =>
    !REFUSED.includes(name) && !(isNumber(name) && isHostTask(name))
  );
  const own = [...process.table.processes.values()].filter(({ ending }) => ending === undefined);
  return [...shown, ...own.map(({ pid }) => ({ name: String(pid), type: ENTRY.DIRECTORY }))];
}

function textLink(path: string, text: () => string): ProcLink {
  return { kind: "link", path, permissions: 0o777, text: () => bytesOf(text()) };
}

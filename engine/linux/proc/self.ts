/**
 * `/proc/<pid>` of a guest process: made from the guest's own state. See proc_pid(5) and its like.
 *
 * Leaves out smaps, pagemap, io, ns and what else few programs look at: those are not there. `mem` is there and cannot
 * be opened. Files about mounts, control groups and limits on ids are copies of the host process's.
 */

import { ERRNO } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/files.ts";
import { HostBuffer } from "../host.ts";
import { readHostFile, readLink } from "../host_files.ts";
import type { Process } from "../process.ts";
import type { Thread } from "../threads.ts";
import { argumentBytes, environmentBytes } from "./arguments.ts";
import { hostNode } from "./host_entry.ts";
import { mapsText } from "./maps.ts";
import { bytesOf, ENTRY, type ProcDirectory, type ProcFile, type ProcLink, type ProcNode } from "./node.ts";
import { limitsText, statmText, statText, statusText } from "./status.ts";

/** Files that are copies of the host process's, which say the same of the guest. */
const COPIES = [
  "autogroup",
  "cgroup",
  "cpuset",
  "gid_map",
  "loginuid",
  "mountinfo",
  "mounts",
  "mountstats",
  "oom_adj",
  "oom_score",
  "oom_score_adj",
  "projid_map",
  "sessionid",
  "setgroups",
  "timens_offsets",
  "uid_map",
];

type Maker = (process: Process, directory: ProcDirectory, thread: Thread | undefined) => ProcNode | undefined;

function generated(name: string, contents: (process: Process) => Uint8Array | number, permissions = 0o444): Maker {
  return (process, directory): ProcFile => ({
    kind: "file",
    path: `${directory.path}/${name}`,
    permissions,
    contents: () => contents(process),
  });
}

function text(name: string, contents: (process: Process) => string): Maker {
  return generated(name, (process) => bytesOf(contents(process)));
}

function link(name: string, make: (process: Process) => Omit<ProcLink, "kind" | "path" | "permissions">): Maker {
  return (process, directory) => ({
    kind: "link",
    path: `${directory.path}/${name}`,
    permissions: 0o777,
    ...make(process),
  });
}

function comm(process: Process, directory: ProcDirectory, thread: Thread | undefined): ProcFile {
  return {
    kind: "file",
    path: `${directory.path}/comm`,
    permissions: 0o644,
    contents: () => bytesOf(`${thread?.name ?? process.name}\n`),
    write(bytes) {
      if (thread !== undefined) thread.name = new TextDecoder().decode(bytes.subarray(0, 15)).replace(/\n$/, "");
      return 0;
    },
  };
}

const FILES: Readonly<Record<string, Maker>> = {
  auxv: generated("auxv", (process) => process.auxiliaryVector, 0o400),
  cmdline: generated("cmdline", argumentBytes),
  comm,
  cwd: link("cwd", (process) => ({ text: () => process.paths.currentDirectory(), target: () => ({ kind: "cwd" }) })),
  environ: generated("environ", environmentBytes, 0o400),
  exe: link("exe", (process) => {
    const path = () => executablePath(process);
    return { text: path, target: () => ({ kind: "path", path: path() }) };
  }),
  limits: text("limits", limitsText),
  maps: generated("maps", (process) => mapsText(process)),
  mem: generated("mem", () => -ERRNO.EACCES, 0o600),
  personality: text("personality", () => "00000000\n"),
  root: link("root", () => ({ text: () => bytesOf("/"), target: () => ({ kind: "root" }) })),
  stat: text("stat", statText),
  statm: text("statm", statmText),
  status: text("status", statusText),
  wchan: text("wchan", () => "0"),
  ...Object.fromEntries(
    COPIES.map((name) => [name, generated(name, () => readHostFile(`/proc/self/${name}`))]),
  ),
};

/** The guest's absolute path of the program. */
function executablePath(process: Process): Uint8Array {
  const { executable } = process;
  return process.paths.toGuest(bytesOf(process.paths.toHost(executable)));
}

/** The directory of a process; each of its threads has one like it. */
export function processDirectory(process: Process, parent: ProcDirectory, tid = process.pid): ProcDirectory {
  const isThread = parent.parent !== undefined;
  const thread = process.threads.get(tid);
  const directory: ProcDirectory = {
    kind: "directory",
    path: `${parent.path}/${tid}`,
    permissions: 0o555,
    parent,
    entries: () => [
      ...Object.keys(FILES).map((name) => ({
        name,
        type: ["cwd", "exe", "root"].includes(name) ? ENTRY.LINK : ENTRY.FILE,
      })),
      ...["fd", "fdinfo", "net", ...isThread ? [] : ["task"]].map((name) => ({ name, type: ENTRY.DIRECTORY })),
    ],
    child(name) {
      if (name === "fd" || name === "fdinfo") return descriptorDirectory(process, directory, name);
      // Network statistics are those of the host's name space.
      if (name === "net") return hostNode("self/net", directory, true);
      if (name === "task" && !isThread) return taskDirectory(process, directory);
      return Object.hasOwn(FILES, name) ? FILES[name](process, directory, thread) : undefined;
    },
  };
  return directory;
}

function taskDirectory(process: Process, parent: ProcDirectory): ProcDirectory {
  const directory: ProcDirectory = {
    kind: "directory",
    path: `${parent.path}/task`,
    permissions: 0o555,
    parent,
    entries: () => [...process.threads.keys()].map((tid) => ({ name: String(tid), type: ENTRY.DIRECTORY })),
    child: (name) => {
      const thread = /^[1-9][0-9]*$/.test(name) ? process.threads.get(Number(name)) : undefined;
      return thread && processDirectory(process, directory, thread.tid);
    },
  };
  return directory;
}

function descriptorDirectory(process: Process, parent: ProcDirectory, name: "fd" | "fdinfo"): ProcDirectory {
  const type = name === "fd" ? ENTRY.LINK : ENTRY.FILE;
  const directory: ProcDirectory = {
    kind: "directory",
    path: `${parent.path}/${name}`,
    permissions: 0o500,
    parent,
    entries: () => process.files.descriptors().map((descriptor) => ({ name: String(descriptor), type })),
    child(text) {
      const file = /^(0|[1-9][0-9]{0,8})$/.test(text) ? process.files.get(Number(text)) : undefined;
      if (file === undefined) return undefined;
      const path = `${directory.path}/${text}`;
      if (name === "fdinfo") {
        return {
          kind: "file",
          path,
          permissions: 0o444,
          contents: () => readHostFile(`/proc/self/fdinfo/${file.host}`),
        };
      }
      return {
        kind: "link",
        path,
        permissions: file.isReadOnly ? 0o500 : file.isWriteOnly ? 0o300 : 0o700,
        text: () => {
          if (file.node !== undefined) return bytesOf(file.node.path);
          return file.isOwnKind ? bytesOf(file.path) : descriptorText(process, file.host);
        },
        target: () => ({ kind: "file", file }),
      };
    },
  };
  return directory;
}

function descriptorText(process: Process, host: number): Uint8Array | number {
  const name = new HostBuffer(64);
  const found = readLink(AT_FDCWD, name.setString(bytesOf(`/proc/self/fd/${host}`)));
  return typeof found === "number" ? found : process.paths.toGuest(found);
}

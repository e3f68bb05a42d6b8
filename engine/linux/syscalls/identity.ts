/**
 * Who the process is: getpid(2), getuid(2), setuid(2) and their families, process groups and sessions, capabilities.
 *
 * Ids that the guest sets are told back, but the host goes by its own: files open as the host process's user may.
 */

import { ERRNO } from "../abi/errno.ts";
import type { Credentials } from "../credentials.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { address, int, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const ids = "Files are opened as the user that the host process is";

export const getpid = syscall("getpid", "full", {}, (process) => process.pid);
export const gettid = syscall("gettid", "full", {}, (process) => process.thread.tid);
export const getppid = syscall("getppid", "full", {}, (process) => process.parent);
export const getuid = syscall("getuid", "full", {}, (process) => process.credentials.uid);
export const geteuid = syscall("geteuid", "full", {}, (process) => process.credentials.euid);
export const getgid = syscall("getgid", "full", {}, (process) => process.credentials.gid);
export const getegid = syscall("getegid", "full", {}, (process) => process.credentials.egid);

function writeIds(process: Process, places: readonly number[], values: readonly number[]): number {
  const written = places.every((at, index) => {
    return copyOut(process, at, new Uint8Array(Uint32Array.of(values[index]).buffer));
  });
  return written ? 0 : -ERRNO.EFAULT;
}

export const getresuid = syscall(
  "getresuid",
  "full",
  { ruid: address, euid: address, suid: address },
  (process, { ruid, euid, suid }) => {
    const { credentials } = process;
    return writeIds(process, [ruid, euid, suid], [credentials.uid, credentials.euid, credentials.suid]);
  },
);

export const getresgid = syscall(
  "getresgid",
  "full",
  { rgid: address, egid: address, sgid: address },
  (process, { rgid, egid, sgid }) => {
    const { credentials } = process;
    return writeIds(process, [rgid, egid, sgid], [credentials.gid, credentials.egid, credentials.sgid]);
  },
);

/** Which three ids a call is about. */
type Kind = "user" | "group";
type Triple = readonly [real: number, effective: number, saved: number];

function triple({ uid, euid, suid, gid, egid, sgid }: Credentials, kind: Kind): Triple {
  return kind === "user" ? [uid, euid, suid] : [gid, egid, sgid];
}

function setTriple(process: Process, kind: Kind, [real, effective, saved]: Triple): number {
  const changed = kind === "user"
    ? { uid: real, euid: effective, suid: saved }
    : { gid: real, egid: effective, sgid: saved };
  if (triple(process.credentials, kind)[1] !== effective) process.settings.dumpable = 0;
  process.credentials = { ...process.credentials, ...changed };
  return 0;
}

/** Sets the three ids; -1 leaves one as it is. Who is not root may only exchange them. */
function setIds(process: Process, kind: Kind, wanted: Triple): number {
  const current = triple(process.credentials, kind);
  const isRoot = process.credentials.euid === 0;
  const allowed = wanted.every((id) => id === -1 || isRoot || current.includes(id >>> 0));
  if (!allowed) return -ERRNO.EPERM;
  const [real, effective, saved] = wanted.map((id, index) => id === -1 ? current[index] : id >>> 0);
  return setTriple(process, kind, [real, effective, saved]);
}

/** setuid(2) and setgid(2): root sets all three, others the effective one. */
function setOne(process: Process, kind: Kind, id: number): number {
  if (id === -1) return -ERRNO.EINVAL;
  return setIds(process, kind, process.credentials.euid === 0 ? [id, id, id] : [-1, id, -1]);
}

/** setreuid(2) and setregid(2): the saved id follows the effective one when the real one is set or they differ. */
function setTwo(process: Process, kind: Kind, real: number, effective: number): number {
  const [oldReal] = triple(process.credentials, kind);
  const followed = real !== -1 || effective !== -1 && effective >>> 0 !== oldReal;
  const result = setIds(process, kind, [real, effective, -1]);
  if (result !== 0 || !followed) return result;
  const [newReal, newEffective] = triple(process.credentials, kind);
  return setTriple(process, kind, [newReal, newEffective, newEffective]);
}

export const setuid = syscall(
  "setuid",
  "partial",
  { uid: int },
  (process, { uid }) => setOne(process, "user", uid),
  ids,
);
export const setgid = syscall(
  "setgid",
  "partial",
  { gid: int },
  (process, { gid }) => setOne(process, "group", gid),
  ids,
);
export const setreuid = syscall(
  "setreuid",
  "partial",
  { ruid: int, euid: int },
  (process, { ruid, euid }) => setTwo(process, "user", ruid, euid),
  ids,
);
export const setregid = syscall(
  "setregid",
  "partial",
  { rgid: int, egid: int },
  (process, { rgid, egid }) => setTwo(process, "group", rgid, egid),
  ids,
);
export const setresuid = syscall(
  "setresuid",
  "partial",
  { ruid: int, euid: int, suid: int },
  (process, { ruid, euid, suid }) => setIds(process, "user", [ruid, euid, suid]),
  ids,
);
export const setresgid = syscall(
  "setresgid",
  "partial",
  { rgid: int, egid: int, sgid: int },
  (process, { rgid, egid, sgid }) => setIds(process, "group", [rgid, egid, sgid]),
  ids,
);
/** The file system's ids are the effective ones here: the old one is told, as the call does when it changes nothing. */
export const setfsuid = syscall("setfsuid", "partial", { uid: int }, (process) => process.credentials.euid, ids);
export const setfsgid = syscall("setfsgid", "partial", { gid: int }, (process) => process.credentials.egid, ids);

export const getgroups = syscall("getgroups", "full", { count: int, list: address }, (process, { count, list }) => {
  const { groups } = process.credentials;
  if (count < 0) return -ERRNO.EINVAL;
  if (count === 0) return groups.length;
  if (count < groups.length) return -ERRNO.EINVAL;
  return copyOut(process, list, new Uint8Array(Uint32Array.from(groups).buffer)) ? groups.length : -ERRNO.EFAULT;
});

export const setgroups = syscall(
  "setgroups",
  "partial",
  { count: size, list: address },
  (process, { count, list }) => {
    if (process.credentials.euid !== 0) return -ERRNO.EPERM;
    if (count > 65536) return -ERRNO.EINVAL;
    const bytes = copyIn(process, list, count * 4);
    if (bytes === undefined) return -ERRNO.EFAULT;
    process.credentials = { ...process.credentials, groups: [...new Uint32Array(bytes.buffer)] };
    return 0;
  },
  ids,
);

export const getpgrp = syscall("getpgrp", "full", {}, (process) => process.group);

const isOwn = (process: Process, pid: number) => pid === 0 || pid === process.pid;

/** A guest process by its id, 0 for the caller. */
function processOf(process: Process, pid: number): Process | undefined {
  return isOwn(process, pid) ? process : process.table.processes.get(pid);
}

export const getpgid = syscall(
  "getpgid",
  "full",
  { pid: int },
  (process, { pid }) => processOf(process, pid)?.group ?? hostCall("getpgid", pid),
);
export const getsid = syscall(
  "getsid",
  "full",
  { pid: int },
  (process, { pid }) => processOf(process, pid)?.session ?? hostCall("getsid", pid),
);

/** A child may be moved until it runs another program, and its session's leader not at all. */
export const setpgid = syscall(
  "setpgid",
  "full",
  { pid: int, pgid: int },
  (process, { pid, pgid }) => {
    if (pgid < 0) return -ERRNO.EINVAL;
    const target = processOf(process, pid);
    if (target === undefined || target !== process && target.parent !== process.pid) return -ERRNO.ESRCH;
    if (target !== process && target.session !== process.session) return -ERRNO.EPERM;
    if (target !== process && target.hasExecuted) return -ERRNO.EACCES;
    if (target.session === target.pid) return -ERRNO.EPERM;
    const group = pgid === 0 ? target.pid : pgid;
    const isThere = group === target.pid || group === process.group ||
      process.table.group(group).some(({ session }) => session === target.session);
    if (!isThere) return -ERRNO.EPERM;
    target.group = group;
    return 0;
  },
);

export const setsid = syscall(
  "setsid",
  "partial",
  {},
  (process) => {
    if (process.group === process.pid || process.table.group(process.pid).length > 0) return -ERRNO.EPERM;
    process.group = process.session = process.pid;
    return process.pid;
  },
  "The host process keeps its session and terminal",
);

const header = new HostBuffer(8);

/** Capabilities are the host process's: reading them is passed on with the guest's own pid. */
export const capget = syscall("capget", "full", { header: address, data: address }, (process, values) => {
  const bytes = copyIn(process, values.header, 8);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const pid = new DataView(bytes.buffer).getInt32(4, true);
  header.bytes.set(bytes);
  if (isOwn(process, pid)) header.view.setInt32(4, 0, true);
  const data = new HostBuffer(24);
  const result = hostCall("capget", header.address, values.data === 0 ? 0 : data.address);
  copyOut(process, values.header, header.bytes.subarray(0, 4));
  if (result < 0 || values.data === 0) return result;
  const length = header.view.getUint32(0, true) === 0x19980330 ? 12 : 24;
  return copyOut(process, values.data, data.bytes.subarray(0, length)) ? 0 : -ERRNO.EFAULT;
});

export const capset = syscall(
  "capset",
  "refused",
  { header: address, data: address },
  () => -ERRNO.EPERM,
  "Capabilities are the host process's: fails with EPERM",
);

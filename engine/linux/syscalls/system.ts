/**
 * The system as a whole: uname(2), sysinfo(2), getrandom(2); and what would change or reveal it, which is refused.
 */

import { ERRNO } from "../abi/errno.ts";
import { CLOCK } from "../abi/time.ts";
import { copyOut, writable } from "../guest_pointers.ts";
import { HostBuffer, hostCall, hostCall64 } from "../host.ts";
import { address, bits, flags, int, size, unsigned } from "../parameters.ts";
import { syscall } from "../syscall.ts";

/** `struct utsname`: six fields. */
const UTSNAME_FIELD = 65;
const UTSNAME_SIZE = 6 * UTSNAME_FIELD;
/** `struct sysinfo`. */
const SYSINFO_SIZE = 112;

export const uname = syscall("uname", "full", { name: address }, (process, { name }) => {
  const record = new HostBuffer(UTSNAME_SIZE);
  hostCall("uname", record.address);
  process.world.system?.names.forEach((text, index) => {
    record.bytes.fill(0, index * UTSNAME_FIELD, (index + 1) * UTSNAME_FIELD);
    record.bytes.set(new TextEncoder().encode(text), index * UTSNAME_FIELD);
  });
  return copyOut(process, name, record.bytes) ? 0 : -ERRNO.EFAULT;
});

export const sysinfo = syscall(
  "sysinfo",
  "full",
  { info: address },
  (process, { info }) => {
    const status = hostCall("sysinfo", writable(process, info, SYSINFO_SIZE));
    const { system, clock } = process.world;
    if (status !== 0 || system === undefined) return status;
    // Seconds since the start, three loads, memory: total, free, shared, buffers; swap: total, free; processes.
    const fields = new BigUint64Array(SYSINFO_SIZE / 8);
    fields[0] = (clock.time(CLOCK.CLOCK_BOOTTIME) ?? 0n) / 1_000_000_000n;
    fields[4] = fields[5] = BigInt(system.memory);
    const bytes = new Uint8Array(fields.buffer);
    new DataView(bytes.buffer).setUint16(80, 1, true);
    new DataView(bytes.buffer).setUint32(104, 1, true);
    return copyOut(process, info, bytes) ? 0 : -ERRNO.EFAULT;
  },
);

const GRND = { GRND_NONBLOCK: 1, GRND_RANDOM: 2, GRND_INSECURE: 4 } as const;

export const getrandom = syscall(
  "getrandom",
  "full",
  { buffer: address, length: size, flags: flags(GRND) },
  (process, { buffer, length, flags: how }) => {
    const count = Math.min(length, 0x7fff_ffff);
    const got = hostCall64("getrandom", writable(process, buffer, count), count, how);
    if (got > 0n) process.world.random?.fill(process.memory.view(buffer, Number(got)));
    return got;
  },
);

const EPERM = () => -ERRNO.EPERM;
const MACHINES = "Is about the whole machine: fails with EPERM";

export const syslog = syscall("syslog", "refused", { type: int, buffer: address, length: int }, EPERM, MACHINES);
export const seccomp = syscall(
  "seccomp",
  "refused",
  { operation: unsigned, flags: bits, args: address },
  () => -ERRNO.EINVAL,
  "A filter would bind the host process too: fails with EINVAL, as where it is not built in",
);
export const ptrace = syscall(
  "ptrace",
  "refused",
  { request: int, pid: int, addr: address, data: address },
  EPERM,
  "Reaches into other processes, and all guests are in the host's: fails with EPERM",
);
export const reboot = syscall(
  "reboot",
  "refused",
  { magic: bits, magic2: bits, command: bits, arg: address },
  EPERM,
  MACHINES,
);
export const sethostname = syscall("sethostname", "refused", { name: address, length: size }, EPERM, MACHINES);
export const setdomainname = syscall("setdomainname", "refused", { name: address, length: size }, EPERM, MACHINES);
export const bpf = syscall("bpf", "refused", { command: int, attributes: address, size: unsigned }, EPERM, MACHINES);
export const perf_event_open = syscall(
  "perf_event_open",
  "refused",
  { attributes: address, pid: int, cpu: int, group_fd: int, flags: bits },
  () => -ERRNO.EACCES,
  "Counts what the host process does: fails with EACCES",
);
export const unshare = syscall("unshare", "refused", { flags: bits }, EPERM, MACHINES);
export const setns = syscall("setns", "refused", { fd: int, type: bits }, EPERM, MACHINES);
/** The caller goes on as if the kernel had no NUMA: libnuma and others check for this. */
export const get_mempolicy = syscall(
  "get_mempolicy",
  "refused",
  { mode: address, mask: address, nodes: size, addr: address, flags: bits },
  () => -ERRNO.ENOSYS,
  "The guest sees no NUMA: fails with ENOSYS",
);

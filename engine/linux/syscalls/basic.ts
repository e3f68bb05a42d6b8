/** First calls. */
import { REGISTER_ID } from "../../arch/x86_64.ts";
import { LOWEST_ADDRESS, MAPPING_TOP } from "../../loader/layout.ts";
import { pageUp, SPAN } from "../../memory/guest_memory.ts";
import { ERRNO } from "../abi/errno.ts";
import { HostBuffer, hostCall, hostCall64 } from "../host.ts";
import { address, bits, directory, fd, int, long, mode, path, size, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const scratch = new HostBuffer(8192);
function hostPath(process: Process, at: number): bigint | number {
  try {
    return scratch.setString(new TextEncoder().encode(process.memory.cstring(at, 4096)));
  } catch {
    return -ERRNO.EFAULT;
  }
}
function guest(process: Process, at: number, length: number, permission: number): bigint | undefined {
  return process.memory.allows(at, length, permission) ? process.memory.hostBase + BigInt(at) : undefined;
}
const transfer = (name: string, permission: number) =>
  syscall(name, "full", { fd, buf: address, count: size }, (process, { fd, buf, count }) => {
    const at = guest(process, buf, count, permission);
    return at === undefined ? -ERRNO.EFAULT : hostCall(name, process.files.host(fd), at, count);
  });
export const read = transfer("read", 2);
export const write = transfer("write", 1);
export const pread64 = syscall(
  "pread64",
  "full",
  { fd, buf: address, count: size, offset: long },
  (process, { fd, buf, count, offset }) => {
    const at = guest(process, buf, count, 2);
    return at === undefined ? -ERRNO.EFAULT : hostCall("pread64", process.files.host(fd), at, count, offset);
  },
);
export const openat = syscall(
  "openat",
  "full",
  { dirfd: directory, pathname: path, flags: bits, mode },
  (process, { dirfd, pathname, flags, mode }) => {
    const at = hostPath(process, pathname);
    if (typeof at === "number") return at;
    const name = process.memory.cstring(pathname);
    const host = hostCall("openat", dirfd === -100 ? dirfd : process.files.host(dirfd), at, flags | 0o2000000, mode);
    return host < 0 ? host : process.files.add(host, name, (flags & 0o2000000) !== 0);
  },
);
export const close = syscall("close", "full", { fd }, (process, { fd }) => process.files.close(fd));
export const fstat = syscall("fstat", "full", { fd, statbuf: address }, (process, { fd, statbuf }) => {
  const at = guest(process, statbuf, 144, 2);
  return at === undefined ? -ERRNO.EFAULT : hostCall("fstat", process.files.host(fd), at);
});
export const newfstatat = syscall("newfstatat", "full", {
  dirfd: directory,
  pathname: path,
  statbuf: address,
  flags: bits,
}, (process, v) => {
  const at = hostPath(process, v.pathname);
  if (typeof at === "number") return at;
  const to = guest(process, v.statbuf, 144, 2);
  return to === undefined
    ? -ERRNO.EFAULT
    : hostCall("newfstatat", v.dirfd === -100 ? -100 : process.files.host(v.dirfd), at, to, v.flags);
});
export const mmap = syscall(
  "mmap",
  "full",
  { addr: address, length: size, prot: bits, flags: bits, fd, offset: long },
  (process, v) => {
    const { memory } = process;
    const length = pageUp(v.length);
    if (length === 0) return -ERRNO.EINVAL;
    const start = v.flags & 0x10 ? v.addr : memory.regions.findFree(length, LOWEST_ADDRESS, MAPPING_TOP);
    if (start === undefined || start < LOWEST_ADDRESS || start + length > SPAN) return -ERRNO.ENOMEM;
    const anonymous = v.flags & 0x20;
    const file = anonymous ? undefined : process.files.get(v.fd);
    if (!anonymous && file === undefined) return -ERRNO.EBADF;
    const status = memory.map({
      start,
      length,
      protection: v.prot & 7,
      shared: (v.flags & 1) !== 0,
      name: file?.path ?? "",
      ...(file ? { file: { descriptor: file.host, offset: Number(v.offset) } } : {}),
    });
    if (status !== 0) return -status;
    process.listener.unmapped(start, start + length);
    if (file) {
      process.listener.mapped({
        path: file.path,
        hostPath: file.path,
        start,
        end: start + length,
        offset: Number(v.offset),
        executable: (v.prot & 4) !== 0,
      });
    }
    return start;
  },
);
export const mprotect = syscall(
  "mprotect",
  "full",
  { addr: address, length: size, prot: bits },
  (process, { addr, length, prot }) => {
    if (!process.memory.regions.covers(addr, addr + pageUp(length))) return -ERRNO.ENOMEM;
    return -process.memory.protect(addr, length, prot & 7);
  },
);
export const munmap = syscall("munmap", "full", { addr: address, length: size }, (process, { addr, length }) => {
  process.memory.unmap(addr, length);
  process.listener.unmapped(addr, addr + pageUp(length));
  return 0;
});
export const brk = syscall("brk", "full", { addr: address }, (process, { addr }) => {
  if (addr < process.heapStart) return process.heapEnd;
  const [from, to] = [pageUp(process.heapEnd), pageUp(addr)];
  if (to > from) process.memory.map({ start: from, length: to - from, protection: 3, name: "[heap]" });
  if (to < from) process.memory.unmap(to, from - to);
  return process.heapEnd = addr;
});
export const arch_prctl = syscall("arch_prctl", "partial", { code: bits, addr: long }, (process, { code, addr }) => {
  if (code === 0x1002) process.registers.write(REGISTER_ID.FS_BASE, BigInt.asUintN(64, addr));
  else return -ERRNO.EINVAL;
  return 0;
}, "Only ARCH_SET_FS");
export const set_tid_address = syscall("set_tid_address", "full", { tidptr: address }, (process, { tidptr }) => {
  process.thread.clearTid = tidptr;
  return process.pid;
});
export const set_robust_list = syscall("set_robust_list", "full", { head: address, length: size }, () => 0);
export const rseq = syscall("rseq", "refused", { rseq: address }, () => -ERRNO.ENOSYS);
export const prlimit64 = syscall(
  "prlimit64",
  "partial",
  { pid: int, resource: int, limit: address, old: address },
  (process, v) => {
    const at = v.old ? guest(process, v.old, 16, 2) : 0n;
    return at === undefined ? -ERRNO.EFAULT : hostCall("prlimit64", 0, v.resource, 0, at);
  },
  "Limits are not set",
);
export const getrandom = syscall(
  "getrandom",
  "full",
  { buf: address, count: size, flags: bits },
  (process, { buf, count }) => {
    const at = guest(process, buf, count, 2);
    return at === undefined ? -ERRNO.EFAULT : hostCall("getrandom", at, count, 0);
  },
);
const exit = (name: string) =>
  syscall(name, "full", { status: int }, (process, { status }) => {
    process.ending = { kind: "exited", status: status & 0xff };
    return 0;
  });
export const exit_ = exit("exit");
export const exit_group = exit("exit_group");
export const ioctl = syscall(
  "ioctl",
  "partial",
  { fd, request: unsigned, argument: address },
  (process, { fd, request, argument }) => {
    const at = guest(process, argument, 64, 2);
    return at === undefined ? -ERRNO.EFAULT : hostCall("ioctl", process.files.host(fd), request, at);
  },
  "first",
);
export const lseek = syscall(
  "lseek",
  "full",
  { fd, offset: long, whence: int },
  (process, { fd, offset, whence }) => hostCall64("lseek", process.files.host(fd), offset, whence),
);
export const getdents64 = syscall(
  "getdents64",
  "full",
  { fd, buf: address, count: size },
  (process, { fd, buf, count }) => {
    const at = guest(process, buf, count, 2);
    return at === undefined ? -ERRNO.EFAULT : hostCall("getdents64", process.files.host(fd), at, count);
  },
);

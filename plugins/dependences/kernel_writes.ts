/**
 * Which memory a system call that has returned wrote, or made anew, for those that programs use most. Leaves out lists of
 * buffers (readv(2), recvmsg(2)), ioctl(2), poll(2) and whatever else has no row here. See syscalls(2).
 */

/** What a system call did to memory. */
export interface KernelWrites {
  /** Bytes that it wrote: the first address, and how many. */
  readonly written: readonly (readonly [address: number, size: number])[];
  /** Memory that is new: the first address, and how many bytes. */
  readonly anew: readonly (readonly [address: number, size: number])[];
}

/** The argument with the buffer; its size is the result, or as given. */
const BUFFERS: Readonly<Record<string, readonly (readonly [argument: number, size: number | "result"])[]>> = {
  ...{ read: [[1, "result"]], pread64: [[1, "result"]], recvfrom: [[1, "result"]], getdents64: [[1, "result"]] },
  ...{ getrandom: [[0, "result"]], getcwd: [[0, "result"]], readlink: [[1, "result"]], readlinkat: [[2, "result"]] },
  ...{ stat: [[1, 144]], fstat: [[1, 144]], lstat: [[1, 144]], newfstatat: [[2, 144]], statx: [[4, 256]] },
  ...{ statfs: [[1, 120]], fstatfs: [[1, 120]], uname: [[0, 390]], sysinfo: [[0, 112]], times: [[0, 32]] },
  ...{ clock_gettime: [[1, 16]], clock_getres: [[1, 16]], gettimeofday: [[0, 16]], time: [[0, 8]] },
  ...{ pipe: [[0, 8]], pipe2: [[0, 8]], socketpair: [[3, 8]], getrlimit: [[1, 16]], prlimit64: [[3, 16]] },
  ...{ rt_sigaction: [[2, 32]], rt_sigprocmask: [[2, 8]], sigaltstack: [[1, 24]], getrusage: [[1, 144]] },
  ...{ wait4: [[1, 4]], sched_getaffinity: [[2, "result"]] },
};

/** What a system call did to memory, by its name, its arguments and its result. */
export function kernelWrites(name: string, args: readonly bigint[], result: number | bigint): KernelWrites {
  const value = Number(result);
  if (value < 0 && value > -4096) return { written: [], anew: [] };
  const [first, second, third] = args.slice(0, 3).map(Number);
  switch (name) {
    case "mmap":
      return { written: [], anew: [[value, second]] };
    case "munmap":
      return { written: [], anew: [[first, second]] };
    case "mremap":
      return {
        written: [],
        anew: value === first ? [[first + second, Math.max(0, third - second)]] : [[value, third]],
      };
  }
  const written = (BUFFERS[name] ?? [])
    .map(([argument, size]) => [Number(args[argument]), size === "result" ? value : size] as const)
    .filter(([address, size]) => address !== 0 && size > 0);
  return { written, anew: [] };
}

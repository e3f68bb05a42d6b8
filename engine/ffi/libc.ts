/**
 * The C library of the host: memory mapping and raw system calls.
 *
 * 64-bit parameters want a `bigint`: converting a number costs 20 times the call. `errno` is read through its own
 * address right after a call that failed; fast calls run nothing in between. See mmap(2), syscall(2), errno(3).
 */

const WORD = "i64";

const PROTOTYPES = {
  mmap: { parameters: [WORD, WORD, "i32", "i32", "i32", WORD], result: WORD },
  munmap: { parameters: [WORD, WORD], result: "i32" },
  mprotect: { parameters: [WORD, WORD, "i32"], result: "i32" },
  madvise: { parameters: [WORD, WORD, "i32"], result: "i32" },
  /** For calls whose result fits 32 bits, which is most of them. */
  syscall32: { name: "syscall", parameters: [WORD, WORD, WORD, WORD, WORD, WORD, WORD], result: "i32" },
  syscall64: { name: "syscall", parameters: [WORD, WORD, WORD, WORD, WORD, WORD, WORD], result: WORD },
  /** For waiting: runs on another thread, so that the event loop goes on. */
  poll: { parameters: ["buffer", WORD, "i32"], result: "i32", nonblocking: true },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

let opened: { symbols: Deno.StaticForeignLibraryInterface<typeof PROTOTYPES>; errno: Int32Array } | undefined;

function open() {
  if (opened) return opened;
  const path = Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6";
  const { symbols } = Deno.dlopen(path, PROTOTYPES);
  const errno = symbols.__errno_location();
  if (errno === null) throw new Error("Cannot read errno: __errno_location() returned a null pointer");
  opened = { symbols, errno: new Int32Array(Deno.UnsafePointerView.getArrayBuffer(errno, 4)) };
  return opened;
}

/** The functions of the host's C library. */
export function libc(): Deno.StaticForeignLibraryInterface<typeof PROTOTYPES> {
  return open().symbols;
}

/** The `errno` that the last failed call of {@linkcode libc} left. */
export function errno(): number {
  return open().errno[0];
}

/** Host page protections and mapping flags, from `<sys/mman.h>` of Linux. */
export const PROT = { NONE: 0, READ: 1, WRITE: 2, EXEC: 4 } as const;
export const MAP = {
  SHARED: 0x01,
  PRIVATE: 0x02,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  GROWSDOWN: 0x100,
  NORESERVE: 0x4000,
  FIXED_NOREPLACE: 0x100000,
} as const;
const MADV_DONTNEED = 4;
const ENOMEM = 12;

/**
 * Reserves or maps anonymous memory of the host.
 *
 * @param length In bytes.
 * @param protection Bits of {@linkcode PROT}.
 * @returns Its address.
 * @throws {Error} If the host has no memory left, or the process no address space.
 */
export function mapHost(length: number, protection: number): bigint {
  const address = libc().mmap(0n, BigInt(length), protection, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0n);
  if (address === -1n) {
    const what = errno() === ENOMEM
      ? "there is no memory or address space left; a process has room for about sixty guests at once, so close those that are not used any more"
      : `errno is ${errno()}`;
    throw new Error(`Cannot map ${length} bytes of host memory: ${what}`);
  }
  return address;
}

/** Gives memory of {@linkcode mapHost} back. */
export function unmapHost(address: bigint, length: number): void {
  libc().munmap(address, BigInt(length));
}

/** Makes pages of anonymous memory read as zero again and frees what they held. */
export function zeroHost(address: bigint, length: number): void {
  libc().madvise(address, BigInt(length), MADV_DONTNEED);
}

/** The memory at a host address, seen as an array buffer: nothing is copied, and nothing checks that it is mapped. */
export function hostBuffer(address: bigint, length: number): ArrayBuffer {
  return Deno.UnsafePointerView.getArrayBuffer(hostPointer(address), length);
}

/** The lowest address that a program has, and the end of what a 64-bit program can have on x86-64. */
const [LOWEST, HIGHEST] = [4096, 2 ** 47 - 4096];
let everything: ArrayBuffer | undefined;

/**
 * The same as bytes, for big ranges: V8 collects all garbage for each buffer of many gigabytes, so there is one of all
 * addresses, and this is a part of it.
 */
export function hostBytes(address: bigint, length: number): Uint8Array<ArrayBuffer> {
  everything ??= hostBuffer(BigInt(LOWEST), HIGHEST - LOWEST);
  return new Uint8Array(everything, Number(address) - LOWEST, length);
}

/** A host address as the pointer object that foreign calls take. */
export function hostPointer(address: bigint): Deno.PointerObject {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new TypeError("Cannot make a pointer: address is 0");
  return pointer;
}

/**
 * Survives SIGBUS of the host. A page of a mapped file that lies past the file's end, because the file was truncated,
 * has nothing to show: touching it would kill the host process. A handler in machine code, installed once, puts a page
 * of zeroes there, notes the address, and has the guest's slice end at its next block.
 *
 * It looks at addresses in watched ranges only, and passes any other on to the handler that was there before (another
 * isolate of the process may have installed one like it); without one it puts back the default action, and the access
 * happens again. It makes raw system calls only, so it may run in any thread at any time. Linux on x86-64 only:
 * elsewhere nothing is installed. See sigaction(2), mmap(2).
 */

import { errno, libc, MAP, PROT } from "./libc.ts";
import { type Piece, StubPage } from "./stubs.ts";

const SIGBUS = 7;
const EFAULT = 14;
const CALL = { MMAP: 9, RT_SIGACTION: 13, RT_SIGRETURN: 15 } as const;
const SA_SIGINFO_RESTORER = 0x0400_0004n;
const RANGES = 190;
const NOTES = 64;

/** Offsets of the words that the handler and JavaScript share. */
const CELL = {
  /** Number of accesses noted so far; u64. */
  COUNT: 0,
  /** Address of the word to set to 0 so that the slice ends; u64, 0 for none. */
  BUDGET: 8,
  /** `struct sigaction` as the kernel has it (handler, flags, restorer, mask): the one before, and ours. */
  BEFORE: 32,
  OURS: 64,
  /** Addresses noted, a ring. */
  NOTES: 512,
  /** Watched ranges: start and end each; a start of 0 ends the list. */
  RANGES: 1024,
} as const;

function imm32(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => value >> shift & 0xff);
}

/** void handler(int signal [edi], siginfo_t *info [rsi], void *context [rdx]) */
export function busHandler(): Piece[] {
  return [
    ...[0x48, 0x8b, 0x46, 0x10], // mov rax, [rsi + 16]: si_addr
    ...[0x4c, 0x8d, 0x05, { cell: CELL.RANGES }], // lea r8, [ranges]
    { label: "range" },
    ...[0x49, 0x8b, 0x08], // mov rcx, [r8]
    ...[0x48, 0x85, 0xc9], // test rcx, rcx
    ...[0x74, { jump: "not ours" }], // jz not ours
    ...[0x48, 0x39, 0xc8], // cmp rax, rcx
    ...[0x72, { jump: "next" }], // jb next
    ...[0x49, 0x3b, 0x40, 0x08], // cmp rax, [r8 + 8]
    ...[0x72, { jump: "found" }], // jb found
    { label: "next" },
    ...[0x49, 0x83, 0xc0, 0x10], // add r8, 16
    ...[0xeb, { jump: "range" }], // jmp range
    { label: "found" },
    ...[0x48, 0x8b, 0x0d, { cell: CELL.COUNT }], // mov rcx, [count]
    ...[0x83, 0xe1, NOTES - 1], // and ecx, 63
    ...[0x48, 0x8d, 0x15, { cell: CELL.NOTES }], // lea rdx, [notes]
    ...[0x48, 0x89, 0x04, 0xca], // mov [rdx + rcx*8], rax
    ...[0x48, 0xff, 0x05, { cell: CELL.COUNT }], // inc qword [count]
    ...[0x48, 0x8b, 0x0d, { cell: CELL.BUDGET }], // mov rcx, [budget]
    ...[0x48, 0x85, 0xc9], // test rcx, rcx
    ...[0x74, { jump: "map" }], // jz map
    ...[0xc7, 0x01, ...imm32(0)], // mov dword [rcx], 0
    { label: "map" },
    ...[0x48, 0x89, 0xc7], // mov rdi, rax
    ...[0x48, 0x81, 0xe7, 0x00, 0xf0, 0xff, 0xff], // and rdi, -4096
    ...[0xbe, ...imm32(4096)], // mov esi, 4096
    ...[0xba, ...imm32(PROT.READ | PROT.WRITE)], // mov edx, PROT_READ | PROT_WRITE
    ...[0x41, 0xba, ...imm32(MAP.PRIVATE | MAP.FIXED | MAP.ANONYMOUS)], // mov r10d, flags
    ...[0x49, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff], // mov r8, -1
    ...[0x45, 0x31, 0xc9], // xor r9d, r9d
    ...[0xb8, ...imm32(CALL.MMAP)], // mov eax, mmap
    ...[0x0f, 0x05], // syscall
    ...[0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff], // cmp rax, -4095
    ...[0x73, { jump: "give up" }], // jae give up
    0xc3, // ret
    { label: "not ours" },
    ...[0x48, 0x8b, 0x05, { cell: CELL.BEFORE }], // mov rax, [before]
    ...[0x48, 0x83, 0xf8, 0x01], // cmp rax, 1: SIG_DFL, SIG_IGN
    ...[0x76, { jump: "give up" }], // jbe give up
    ...[0xff, 0xe0], // jmp rax
    { label: "give up" },
    ...[0xbf, ...imm32(SIGBUS)], // mov edi, SIGBUS
    ...[0x48, 0x8d, 0x35, { cell: CELL.BEFORE }], // lea rsi, [before]
    ...[0x31, 0xd2], // xor edx, edx
    ...[0x41, 0xba, ...imm32(8)], // mov r10d, 8
    ...[0xb8, ...imm32(CALL.RT_SIGACTION)], // mov eax, rt_sigaction
    ...[0x0f, 0x05], // syscall
    0xc3, // ret
  ];
}

/** What a handler returns to. */
export function restorer(): Piece[] {
  return [0xb8, ...imm32(CALL.RT_SIGRETURN), 0x0f, 0x05]; // mov eax, rt_sigreturn; syscall
}

/** The handler, and what it watches. */
class BusGuard {
  readonly #cells: DataView | undefined;
  #taken = 0n;

  constructor() {
    if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return;
    const page = new StubPage();
    const handler = page.add(busHandler());
    const back = page.add(restorer());
    page.seal();
    this.#cells = page.cells;
    const ours = [handler, SA_SIGINFO_RESTORER, back, 0n];
    ours.forEach((word, index) => page.cells.setBigUint64(CELL.OURS + index * 8, word, true));
    const at = (cell: number) => page.cellsAddress + BigInt(cell);
    libc().syscall32(BigInt(CALL.RT_SIGACTION), BigInt(SIGBUS), at(CELL.OURS), at(CELL.BEFORE), 8n, 0n, 0n);
  }

  /** Watches `[start, start + size)`. @throws {RangeError} If too many ranges are watched. */
  watch(start: bigint, size: number): void {
    if (this.#cells === undefined) return;
    for (let index = 0; index < RANGES - 1; index++) {
      const at = CELL.RANGES + index * 16;
      const used = this.#cells.getBigUint64(at, true);
      if (used > 1n) continue;
      this.#cells.setBigUint64(at + 8, start + BigInt(size), true);
      this.#cells.setBigUint64(at, start, true);
      return;
    }
    throw new RangeError(`Cannot watch another guest: ${RANGES - 1} are running`);
  }

  /** Ends {@linkcode watch}: the slot stays as one that nothing is in, so that those after it are found. */
  unwatch(start: bigint): void {
    if (this.#cells === undefined) return;
    for (let index = 0; index < RANGES - 1; index++) {
      const at = CELL.RANGES + index * 16;
      if (this.#cells.getBigUint64(at, true) !== start) continue;
      this.#cells.setBigUint64(at + 8, 0n, true);
      this.#cells.setBigUint64(at, 1n, true);
    }
  }

  /** Has the 32-bit word at a host address set to 0 at each access that is noted. */
  endsSlice(budget: bigint): void {
    this.#cells?.setBigUint64(CELL.BUDGET, budget, true);
  }

  /** Whether accesses were noted that {@linkcode take} has not told yet. */
  get hasNotes(): boolean {
    return this.#cells !== undefined && this.#cells.getBigUint64(CELL.COUNT, true) !== this.#taken;
  }

  /** Host addresses whose page is one of zeroes now, since this was asked last; the last 64 at most. */
  take(): bigint[] {
    if (this.#cells === undefined) return [];
    const count = this.#cells.getBigUint64(CELL.COUNT, true);
    const first = count - this.#taken > BigInt(NOTES) ? count - BigInt(NOTES) : this.#taken;
    this.#taken = count;
    const addresses: bigint[] = [];
    for (let index = first; index < count; index++) {
      addresses.push(this.#cells.getBigUint64(CELL.NOTES + Number(index % BigInt(NOTES)) * 8, true));
    }
    return addresses;
  }
}

let guard: BusGuard | undefined;

/** The guard; the handler is installed by the first call. */
export function busGuard(): BusGuard {
  return guard ??= new BusGuard();
}

/** `RLIM_NLIMITS` and more: no such resource. */
const NO_RESOURCE = 9999n;
const PRLIMIT64 = 302n;

/**
 * Whether 16 bytes at a host address can be read, asked without touching them: the host's kernel copies them for a
 * call that then fails for another reason, and says EFAULT if it cannot.
 */
export function isReadableByHost(address: bigint): boolean {
  const result = libc().syscall32(PRLIMIT64, 0n, NO_RESOURCE, address, 0n, 0n, 0n);
  return !(result === -1 && errno() === EFAULT);
}

/**
 * What differs per guest CPU, as data: x86-64's registers, conventions and CPU set-up.
 *
 * Identifiers are `uc_x86_reg` and `uc_x86_insn` of Unicorn 2.1; conventions are the System V ABI's, AMD64 supplement.
 */

/** General registers in the order of their encoding, which is the order of Unicorn's own record. */
export const GENERAL_REGISTERS = [
  ...["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"] as const,
  ...["r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"] as const,
] as const;

/** Name of a general register. */
export type GeneralRegister = typeof GENERAL_REGISTERS[number];

/** Index of each general register in its encoding. */
export const REGISTER_INDEX = Object.fromEntries(GENERAL_REGISTERS.map((name, index) => [name, index])) as Readonly<
  Record<GeneralRegister, number>
>;

/** Unicorn's identifiers of the general registers, in encoding order. */
export const GENERAL_IDS: readonly number[] = [35, 38, 40, 37, 44, 36, 43, 39, 106, 107, 108, 109, 110, 111, 112, 113];

/** Unicorn's identifiers of the other registers that are used here. */
export const REGISTER_ID = {
  RIP: 41,
  EFLAGS: 25,
  FS_BASE: 250,
  GS_BASE: 251,
  CR0: 50,
  CR4: 54,
  XMM0: 122,
  ST0: 114,
  FPCW: 246,
  FPSW: 31,
  FPTAG: 247,
  MXCSR: 249,
} as const;

/** Unicorn's identifiers of the instructions that the engine answers itself. */
export const INSTRUCTION_ID = { SYSCALL: 699, CPUID: 113 } as const;

/** Registers that carry the integer arguments of a function, in order. */
export const FUNCTION_ARGUMENTS: readonly GeneralRegister[] = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"];
/** Registers that carry the arguments of a system call, in order. */
export const SYSCALL_ARGUMENTS: readonly GeneralRegister[] = ["rdi", "rsi", "rdx", "r10", "r8", "r9"];

/** Bits of EFLAGS. */
export const EFLAGS = { CF: 1, PF: 4, AF: 16, ZF: 64, SF: 128, TF: 256, IF: 512, DF: 1024, OF: 2048 } as const;

/** CR4 bits that an operating system sets to allow SSE: OSFXSR and OSXMMEXCPT. */
export const CR4_SSE = 0x600n;

/** CR0 bits that have x87 exceptions reported as such: MP and NE. */
export const CR0_X87 = 0x22n;

/** Floating-point control words of a new process: no exceptions, round to nearest, 64-bit mantissas on the x87. */
export const INITIAL_FPCW = 0x37fn;
export const INITIAL_MXCSR = 0x1f80n;

/** Exceptions and interrupts of the CPU. */
export const VECTOR = {
  DIVIDE: 0,
  DEBUG: 1,
  BREAKPOINT: 3,
  OVERFLOW: 4,
  INVALID_OPCODE: 6,
  GENERAL: 13,
  X87: 16,
  SIMD: 19,
} as const;

const cpuidText = (text: string) =>
  [0, 4, 8].map((at) => new DataView(new TextEncoder().encode(text).buffer).getUint32(at, true));
const [VENDOR_B, VENDOR_D, VENDOR_C] = cpuidText("GenuineIntel");
const BRAND = new TextEncoder().encode("Ceratops virtual x86-64-v2 CPU".padEnd(48, "\0"));

/**
 * The CPU that a guest sees: x86-64-v2, as far as the translator goes. No AVX, XSAVE, RDTSCP or RDRAND.
 *
 * @returns eax, ebx, ecx and edx. See the Intel manual, volume 2A, CPUID.
 */
export function cpuid(leaf: number, subleaf: number): readonly [number, number, number, number] {
  switch (leaf) {
    case 0:
      return [7, VENDOR_B, VENDOR_C, VENDOR_D];
    case 1:
      // ecx: SSE3, PCLMULQDQ, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, AES; edx: FPU ... SSE2
      return [
        0x000306c3,
        0x00010800,
        1 << 0 | 1 << 1 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23 | 1 << 25,
        0x078bfbff,
      ];
    case 2:
      return [0x00000001, 0, 0x0000004d, 0x002c307d];
    case 4: {
      // Cache parameters: 32 KiB data and instruction, 256 KiB and 4 MiB unified, lines of 64 bytes.
      const caches = [[0x121, 63, 7], [0x122, 63, 7], [0x143, 511, 7], [0x163, 4095, 15]] as const;
      const cache = caches[subleaf];
      return cache ? [cache[0], cache[2] << 22 | 63, cache[1], 0] : [0, 0, 0, 0];
    }
    case 7:
      return [0, 0, 0, 0];
    case 0x80000000:
      return [0x80000008, VENDOR_B, VENDOR_C, VENDOR_D];
    case 0x80000001:
      return [0, 0, 1, 1 << 11 | 1 << 20 | 1 << 29]; // LAHF in 64-bit mode; SYSCALL, NX, long mode
    case 0x80000002:
    case 0x80000003:
    case 0x80000004: {
      const view = new DataView(BRAND.buffer, (leaf - 0x80000002) * 16, 16);
      return [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [number, number, number, number];
    }
    case 0x80000006:
      return [0, 0, 0x01008040, 0];
    case 0x80000008:
      return [0x3028, 0, 0, 0];
    default:
      return [0, 0, 0, 0];
  }
}

/**
 * Code that leaves kernel mode for user mode with Linux's selectors (cs 0x33, ss 0x2b) and goes on at an address
 * below 2^31. It allows SYSCALL and SYSRET in EFER, and sets STAR. See the AMD manual, volume 2, 6.1.1.
 */
export function enterUserMode(target: number): Uint8Array<ArrayBuffer> {
  const address = [0, 8, 16, 24].map((shift) => target >> shift & 0xff);
  return Uint8Array.of(
    ...[0xb9, 0x81, 0x00, 0x00, 0xc0, 0x31, 0xc0, 0xba, 0x00, 0x00, 0x23, 0x00, 0x0f, 0x30], // STAR: wrmsr
    ...[0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0x83, 0xc8, 0x01, 0x0f, 0x30], // EFER |= SCE
    ...[0xb9, ...address, 0x41, 0xbb, 0x02, 0x02, 0x00, 0x00, 0x48, 0x0f, 0x07], // rcx, r11; sysretq
  );
}

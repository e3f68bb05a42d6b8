/**
 * Unicorn's prototypes, constants and error codes, as in `unicorn/unicorn.h` and `unicorn/x86.h` of 2.1.
 *
 * Leaves out what Ceratops does not call. Every variadic use of `uc_ctl` and `uc_hook_add` is a symbol of its own.
 */

const PROTOTYPES = {
  uc_version: { parameters: ["pointer", "pointer"], result: "u32" },
  uc_strerror: { parameters: ["i32"], result: "pointer" },
  // uc_err uc_open(uc_arch arch, uc_mode mode, uc_engine **uc)
  uc_open: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  uc_close: { parameters: ["pointer"], result: "i32" },
  // uc_err uc_emu_start(uc_engine *uc, uint64_t begin, uint64_t until, uint64_t timeout, size_t count)
  uc_emu_start: { parameters: ["pointer", "u64", "u64", "u64", "usize"], result: "i32" },
  uc_emu_stop: { parameters: ["pointer"], result: "i32" },
  // uc_err uc_reg_read(uc_engine *uc, int regid, void *value)
  uc_reg_read: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  uc_reg_write: { parameters: ["pointer", "i32", "buffer"], result: "i32" },
  // uc_err uc_mem_map_ptr(uc_engine *uc, uint64_t address, size_t size, uint32_t perms, void *ptr)
  uc_mem_map_ptr: { parameters: ["pointer", "u64", "usize", "u32", "pointer"], result: "i32" },
  // uc_err uc_hook_add(uc_engine *uc, uc_hook *hh, int type, void *callback, void *user_data, uint64_t begin, uint64_t end, ...)
  uc_hook_add: { parameters: ["pointer", "buffer", "i32", "pointer", "pointer", "u64", "u64"], result: "i32" },
  uc_hook_add_insn: {
    name: "uc_hook_add",
    parameters: ["pointer", "buffer", "i32", "pointer", "pointer", "u64", "u64", "i32"],
    result: "i32",
  },
  uc_hook_del: { parameters: ["pointer", "usize"], result: "i32" },
  // size_t uc_context_size(uc_engine *uc): what Unicorn keeps of a CPU
  uc_context_size: { parameters: ["pointer"], result: "usize" },
  uc_context_alloc: { parameters: ["pointer", "buffer"], result: "i32" },
  uc_context_save: { parameters: ["pointer", "pointer"], result: "i32" },
  uc_context_restore: { parameters: ["pointer", "pointer"], result: "i32" },
  uc_context_free: { parameters: ["pointer"], result: "i32" },
  uc_ctl_set: { name: "uc_ctl", parameters: ["pointer", "i32", "i32"], result: "i32" },
  uc_ctl_run: { name: "uc_ctl", parameters: ["pointer", "i32"], result: "i32" },
  // uc_err uc_ctl(uc, UC_CTL_TB_REMOVE_CACHE, uint64_t begin, uint64_t end)
  uc_ctl_range: { name: "uc_ctl", parameters: ["pointer", "i32", "u64", "u64"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Unicorn, opened. */
export type UnicornSymbols = Deno.StaticForeignLibraryInterface<typeof PROTOTYPES>;

/** A `uc_engine *`: passing any other pointer does not compile. */
export type UnicornEngine = Deno.PointerObject<{ readonly unicorn: unique symbol }>;

/** `uc_arch`, `uc_mode`, `uc_hook_type`, `uc_mem_type` and `uc_control_type`. */
export const UC = {
  ARCH_X86: 4,
  MODE_64: 8,
  PROT_ALL: 7,
  HOOK_INTR: 1 << 0,
  HOOK_INSN: 1 << 1,
  HOOK_CODE: 1 << 2,
  HOOK_BLOCK: 1 << 3,
  HOOK_MEM_READ: 1 << 10,
  HOOK_MEM_WRITE: 1 << 11,
  HOOK_INSN_INVALID: 1 << 14,
  HOOK_TLB_FILL: 1 << 17,
  MEM_READ: 16,
  MEM_WRITE: 17,
  MEM_FETCH: 18,
  CPU_X86_HASWELL: 19,
  TLB_VIRTUAL: 1,
} as const;

const CTL_WRITE = 1 << 30;

/** Controls for `uc_ctl`: type, number of arguments (bits 26 on) and direction. */
export const UC_CTL = {
  CPU_MODEL: 7 | 1 << 26 | CTL_WRITE,
  TB_REMOVE_CACHE: 9 | 2 << 26 | CTL_WRITE,
  TLB_FLUSH: 11 | CTL_WRITE,
  TLB_TYPE: 12 | 1 << 26 | CTL_WRITE,
} as const;

/** `uc_err` values that mean something to the engine; all others are failures. */
export const UC_ERR = { OK: 0, EXCEPTION: 21, INSN_INVALID: 10, FETCH_UNMAPPED: 8 } as const;

const ERROR_NAMES =
  ("OK NOMEM ARCH HANDLE MODE VERSION READ_UNMAPPED WRITE_UNMAPPED FETCH_UNMAPPED HOOK INSN_INVALID MAP WRITE_PROT " +
    "READ_PROT FETCH_PROT ARG READ_UNALIGNED WRITE_UNALIGNED FETCH_UNALIGNED HOOK_EXIST RESOURCE EXCEPTION OVERFLOW")
    .split(" ");

/** A call of Unicorn that failed. */
export class UnicornError extends Error {
  /** The class's name. */
  override readonly name = "UnicornError";
  /** The `uc_err` that it returned. */
  readonly code: number;
  /** The call, such as `uc_reg_read(RAX)`. */
  readonly call: string;

  /** Makes the error for a `uc_err` and what was called. */
  constructor(code: number, call: string) {
    super(`Unicorn call ${call} failed: the status is UC_ERR_${ERROR_NAMES[code] ?? code}`);
    this.code = code;
    this.call = call;
  }
}

/**
 * Passes a status on if it is success.
 *
 * @throws {UnicornError} If it is not.
 */
export function checkUnicorn(code: number, call: string): void {
  if (code !== 0) throw new UnicornError(code, call);
}

let opened: UnicornSymbols | undefined;

/**
 * Opens Unicorn; a second call returns what the first one opened.
 *
 * @param path The shared library.
 * @throws {Error} If it cannot be loaded or lacks a function.
 */
export function openUnicorn(path: string): UnicornSymbols {
  return opened ??= Deno.dlopen(path, PROTOTYPES).symbols;
}

let stop: bigint | undefined;

/** Host address of `uc_emu_stop`, for stubs. */
export function stopFunction(path: string): bigint {
  if (stop !== undefined) return stop;
  const { symbols } = Deno.dlopen(path, { uc_emu_stop: { type: "pointer" } });
  if (symbols.uc_emu_stop === null) throw new Error("Cannot find uc_emu_stop in Unicorn");
  return stop = Deno.UnsafePointer.value(symbols.uc_emu_stop);
}

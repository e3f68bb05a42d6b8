/**
 * Capstone's prototypes, constants and error codes, as in `capstone/capstone.h` of 5.0.
 *
 * Leaves out what Ceratops does not call.
 */

const PROTOTYPES = {
  // cs_err cs_open(cs_arch arch, cs_mode mode, csh *handle)
  cs_open: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  cs_close: { parameters: ["buffer"], result: "i32" },
  cs_option: { parameters: ["usize", "i32", "usize"], result: "i32" },
  // cs_insn *cs_malloc(csh handle)
  cs_malloc: { parameters: ["usize"], result: "pointer" },
  // bool cs_disasm_iter(csh handle, const uint8_t **code, size_t *size, uint64_t *address, cs_insn *insn)
  cs_disasm_iter: { parameters: ["usize", "buffer", "buffer", "buffer", "pointer"], result: "bool" },
  // cs_err cs_regs_access(csh handle, const cs_insn *insn, cs_regs read, uint8_t *reads, cs_regs write, uint8_t *writes)
  cs_regs_access: { parameters: ["usize", "pointer", "buffer", "buffer", "buffer", "buffer"], result: "i32" },
  cs_reg_name: { parameters: ["usize", "u32"], result: "pointer" },
  cs_group_name: { parameters: ["usize", "u32"], result: "pointer" },
  cs_insn_name: { parameters: ["usize", "u32"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Capstone, opened. */
export type CapstoneSymbols = Deno.StaticForeignLibraryInterface<typeof PROTOTYPES>;

/** `cs_arch`, `cs_mode`, `cs_opt_type` and their values. */
export const CS = { ARCH_X86: 3, MODE_64: 8, OPT_SYNTAX: 1, OPT_DETAIL: 2, SYNTAX_INTEL: 1, SYNTAX_ATT: 2 } as const;

/** A call of Capstone that failed. */
export class CapstoneError extends Error {
  /** The class's name. */
  override readonly name = "CapstoneError";
  /** The `cs_err` that it returned. */
  readonly code: number;
  /** The call, such as `cs_open`. */
  readonly call: string;

  /** Makes the error for a `cs_err` and what was called. */
  constructor(code: number, call: string) {
    super(`Capstone call ${call} failed: the status is ${code}`);
    this.code = code;
    this.call = call;
  }
}

let opened: CapstoneSymbols | undefined;

/**
 * Opens Capstone; a second call returns what the first one opened.
 *
 * @param path The shared library.
 * @throws {Error} If it cannot be loaded or lacks a function.
 */
export function openCapstone(path: string): CapstoneSymbols {
  return opened ??= Deno.dlopen(path, PROTOTYPES).symbols;
}

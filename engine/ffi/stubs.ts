/**
 * Host machine code that Unicorn calls instead of JavaScript: a few nanoseconds a call in place of 200.
 *
 * One page of cells (words that stubs and JavaScript share) is followed by a page of code, made read and execute once
 * it is written. Only x86-64 hosts; arguments come as in the System V ABI. Each stub's bytes carry their assembly, and
 * a test disassembles them.
 */

import { hostBuffer, libc, mapHost, PROT, unmapHost } from "./libc.ts";

const PAGE = 4096;

/** Offsets of the shared words. */
export const CELL = {
  /** Blocks that may still run in this slice; i32. */
  BUDGET: 0,
  /** Start of the block entered last; u64. */
  BLOCK: 8,
  /** Size of the block that was handed to JavaScript last, in bytes; u32. */
  BLOCK_SIZE: 16,
  /** Page of the access that found no permission last; u64. */
  FAULT_PAGE: 24,
  /** Kind of that access, a `uc_mem_type`; u32. */
  FAULT_KIND: 32,
  /** Address of the instruction that was handed to JavaScript last; u64. */
  INSTRUCTION: 40,
  /** Unicorn's record of the guest's registers, once the first slice ended; u64. */
  REGISTERS: 48,
  /** Start of the block before the one that was handed to JavaScript last; u64. */
  PREVIOUS_BLOCK: 56,
  /** Pages that the translator has looked up in this slice; u32. */
  LOOK_UPS: 64,
  /** Whether sequences of blocks are counted; u32. */
  SEQUENCES: 72,
  /** Address past the block entered last, if sequences are counted; u64. */
  BLOCK_END: 80,
  /** Host address of the next record of the recording stub; u64. */
  NEXT_RECORD: 96,
  /** Whether a callback asked to stop before what it was called for; u32. */
  STOPPING: 104,
} as const;

/**
 * The table of words by guest address, as stubs look it up: `directory[address >> SHIFT] + 8 * address` is the host
 * address of a word, another column is that many times `8 << SHIFT` further. A directory's entry is 0 where nothing is.
 */
export const TABLE = {
  SHIFT: 25,
  COLUMN: {
    /** How often the block that starts there was entered, and {@linkcode COUNTER_FLAG}s. */
    COUNT: 0,
    /** How often a block began there that the one before it ended at. */
    FOLLOWED: 1,
    /** The number of the block that starts there, for those who record blocks. */
    NUMBER: 2,
    /** Host address of what is done before each execution of the instruction there, or 0. */
    CODE: 3,
    /** How often the instruction there was executed, if every single one is counted. */
    EXECUTED: 4,
  },
  COLUMNS: 5,
} as const;

/** The distance of a column from the first, as the last four bytes of an instruction. */
function column(name: keyof typeof TABLE.COLUMN): number[] {
  const distance = TABLE.COLUMN[name] * 8 * 2 ** TABLE.SHIFT;
  return [0, 8, 16, 24].map((shift) => distance >>> shift & 0xff);
}

/** Flags of a page permission byte above read, write and execute (1, 2, 4): JavaScript decides such an access. */
export const PAGE_FLAG_ASK = 0x80;

/**
 * Flags in the highest byte of a block's counter. ATTACHED: JavaScript is called each time. REPEAT: the block is one
 * REP instruction, whose last entry is not counted. SPECIAL is set if either is, so that one sign tells.
 */
export const COUNTER_FLAG = { SPECIAL: 0x80, REPEAT: 0x40, ATTACHED: 0x20 } as const;

/** A piece of code: bytes, 32-bit references to cells, 64-bit immediates, and labels with 8 or 32-bit jumps to them. */
export type Piece = number | { cell: number; trailing?: number } | { imm64: bigint } | { label: string } | {
  jump: string;
  far?: boolean;
};

/** Cells and code of one engine. */
export class StubPage {
  readonly #address = mapHost(2 * PAGE, PROT.READ | PROT.WRITE);
  readonly #code = new Uint8Array(hostBuffer(this.#address + BigInt(PAGE), PAGE));
  #used = 0;
  /** The shared words; see {@linkcode CELL}. */
  cells: DataView = new DataView(hostBuffer(this.#address, PAGE));

  /** Appends a stub. @returns Its host address. @throws {RangeError} If the page is full. */
  add(pieces: readonly Piece[]): bigint {
    const start = this.#used;
    const bytes = assemble(pieces, start + PAGE);
    if (start + bytes.length > PAGE) throw new RangeError("Cannot add a stub: the page is full");
    this.#code.set(bytes, start);
    this.#used = (start + bytes.length + 15) & ~15;
    return this.#address + BigInt(PAGE + start);
  }

  /** Host address of the shared words. */
  get cellsAddress(): bigint {
    return this.#address;
  }

  /** The bytes written so far. */
  get code(): Uint8Array {
    return this.#code.slice(0, this.#used);
  }

  /** Makes the code executable; no stub can be added after. */
  seal(): void {
    libc().mprotect(this.#address + BigInt(PAGE), BigInt(PAGE), PROT.READ | PROT.EXEC);
    this.#used = PAGE;
  }

  /** Frees both pages; what is written to the shared words then is for nobody. */
  free(): void {
    this.cells = new DataView(new ArrayBuffer(PAGE));
    unmapHost(this.#address, 2 * PAGE);
  }
}

/** Makes bytes of pieces. @param origin Where they will be, relative to the cells. */
export function assemble(pieces: readonly Piece[], origin: number): Uint8Array {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const jumps: { at: number; size: number; label: string }[] = [];
  for (const piece of pieces) {
    if (typeof piece === "number") bytes.push(piece);
    else if ("label" in piece) labels.set(piece.label, bytes.length);
    else if ("jump" in piece) {
      const size = piece.far ? 4 : 1;
      jumps.push({ at: bytes.length, size, label: piece.jump });
      for (let byte = 0; byte < size; byte++) bytes.push(0);
    } else if ("imm64" in piece) {
      for (let shift = 0n; shift < 64n; shift += 8n) bytes.push(Number(piece.imm64 >> shift & 0xffn));
    } else {
      const relative = piece.cell - (origin + bytes.length + 4 + (piece.trailing ?? 0));
      for (let shift = 0; shift < 32; shift += 8) bytes.push(relative >> shift & 0xff);
    }
  }
  for (const { at, size, label } of jumps) {
    const target = labels.get(label);
    if (target === undefined) throw new RangeError(`Cannot assemble a stub: label ${label} is missing`);
    const distance = target - (at + size);
    if (size === 1 && (distance < -128 || distance > 127)) {
      throw new RangeError(`Cannot assemble a stub: label ${label} is too far`);
    }
    for (let byte = 0; byte < size; byte++) bytes[at + byte] = distance >> 8 * byte & 0xff;
  }
  return Uint8Array.from(bytes);
}

/** Jumps to a host address through rax. */
function jumpTo(address: bigint): Piece[] {
  return [0x48, 0xb8, { imm64: address }, 0xff, 0xe0]; // mov rax, address; jmp rax
}

/**
 * The stub of `UC_HOOK_BLOCK` (rdi engine, rsi address, edx size, rcx directory of the table).
 *
 * The budget comes first, so that the block a slice ends at is not counted before it runs. The dispatcher is called
 * when the counter's flags say that something is attached here, and when the block runs for the first time. A REP
 * instruction that enters itself with rcx at zero is over, and not counted; whether one is that is entered from
 * elsewhere, the dispatcher decides.
 *
 * If sequences are counted, a block that begins where the one before it ended adds one there: so it is known how often
 * a conditional jump was not taken.
 *
 * Unicorn's record of the registers is in rbp: rcx is its second word, the program counter its seventeenth. Between
 * blocks that are chained Unicorn does not keep the program counter, so it is put there when someone may look.
 *
 * @param cover Called where the table has no words yet: returns 1 when it has, or 0 to run nothing.
 * @param finish What ends it for a block that runs and is none of JavaScript's business: a return, or recording it.
 */
export function blockStub(
  { emuStop, dispatcher, cover }: { readonly emuStop: bigint; readonly dispatcher: bigint; readonly cover: bigint },
  finish: readonly Piece[] = [0xc3],
): Piece[] {
  return [
    { label: "again" },
    ...[0x49, 0x89, 0xf1], // mov r9, rsi
    ...[0x49, 0xc1, 0xe9, TABLE.SHIFT], // shr r9, SHIFT
    ...[0x4e, 0x8b, 0x1c, 0xc9], // mov r11, [rcx + r9*8]
    ...[0x4d, 0x85, 0xdb], // test r11, r11
    ...[0x0f, 0x84, { jump: "absent", far: true }], // jz absent
    ...[0x83, 0x2d, { cell: CELL.BUDGET, trailing: 1 }, 0x01], // sub dword [budget], 1
    ...[0x0f, 0x88, { jump: "stop", far: true }], // js stop
    ...[0x48, 0x8b, 0x05, { cell: CELL.BLOCK }], // mov rax, [block]
    ...[0x48, 0x89, 0x35, { cell: CELL.BLOCK }], // mov [block], rsi
    ...[0x83, 0x3d, { cell: CELL.SEQUENCES, trailing: 1 }, 0x00], // cmp dword [sequences], 0
    ...[0x74, { jump: "count" }], // je count
    ...[0x4c, 0x8b, 0x0d, { cell: CELL.BLOCK_END }], // mov r9, [block end]
    ...[0x41, 0x89, 0xd2], // mov r10d, edx
    ...[0x49, 0x01, 0xf2], // add r10, rsi
    ...[0x4c, 0x89, 0x15, { cell: CELL.BLOCK_END }], // mov [block end], r10
    ...[0x49, 0x39, 0xf1], // cmp r9, rsi
    ...[0x75, { jump: "count" }], // jne count
    ...[0x49, 0xff, 0x84, 0xf3, ...column("FOLLOWED")], // inc qword [r11 + rsi*8 + FOLLOWED]
    { label: "count" },
    ...[0x49, 0xff, 0x04, 0xf3], // inc qword [r11 + rsi*8]
    ...[0x78, { jump: "special" }], // js special
    ...[0x49, 0x83, 0x3c, 0xf3, 0x01], // cmp qword [r11 + rsi*8], 1
    ...[0x74, { jump: "dispatch" }], // je dispatch
    { label: "finish" },
    ...finish, // ret
    { label: "special" },
    ...[0x41, 0xf6, 0x44, 0xf3, 0x07, COUNTER_FLAG.REPEAT], // test byte [r11 + rsi*8 + 7], REPEAT
    ...[0x74, { jump: "dispatch" }], // jz dispatch
    ...[0x41, 0xf6, 0x44, 0xf3, 0x07, COUNTER_FLAG.ATTACHED], // test byte [r11 + rsi*8 + 7], ATTACHED
    ...[0x75, { jump: "dispatch" }], // jnz dispatch
    ...[0x48, 0x83, 0x7d, 0x08, 0x00], // cmp qword [rbp + 8], 0
    ...[0x75, { jump: "finish" }], // jne finish
    ...[0x48, 0x39, 0xf0], // cmp rax, rsi
    ...[0x75, { jump: "dispatch" }], // jne dispatch
    ...[0x49, 0xff, 0x0c, 0xf3], // dec qword [r11 + rsi*8]
    0xc3, // ret
    { label: "dispatch" },
    ...[0x48, 0x89, 0xb5, 0x80, 0x00, 0x00, 0x00], // mov [rbp + 128], rsi
    ...[0x48, 0x89, 0x05, { cell: CELL.PREVIOUS_BLOCK }], // mov [previous block], rax
    ...[0x89, 0x15, { cell: CELL.BLOCK_SIZE }], // mov [block size], edx
    ...jumpTo(dispatcher),
    { label: "stop" },
    ...[0x48, 0x89, 0xb5, 0x80, 0x00, 0x00, 0x00], // mov [rbp + 128], rsi
    ...[0x48, 0x89, 0x2d, { cell: CELL.REGISTERS }], // mov [registers], rbp
    ...jumpTo(emuStop),
    { label: "absent" },
    ...[0x48, 0x89, 0xb5, 0x80, 0x00, 0x00, 0x00], // mov [rbp + 128], rsi
    ...[0x56, 0x52, 0x51, 0x57, 0x57], // push rsi, rdx, rcx, rdi, rdi: the stack is aligned again
    ...[0x48, 0x89, 0xf7], // mov rdi, rsi
    ...[0x48, 0xb8, { imm64: cover }], // mov rax, cover
    ...[0xff, 0xd0], // call rax
    ...[0x5f, 0x5f, 0x59, 0x5a, 0x5e], // pop rdi, rdi, rcx, rdx, rsi
    ...[0x84, 0xc0], // test al, al
    ...[0x0f, 0x85, { jump: "again", far: true }], // jnz again
    0xc3, // ret
  ];
}

/** Bytes of a record: the block's number, the stack pointer, rax; 64 bits each. */
export const RECORD_SIZE = 24;

/** Records that the block at rsi, whose words are at r11, is about to run: an end for {@linkcode blockStub}. */
export function recordStub(): Piece[] {
  return [
    ...[0x49, 0x8b, 0x84, 0xf3, ...column("NUMBER")], // mov rax, [r11 + rsi*8 + NUMBER]
    ...[0x48, 0x8b, 0x3d, { cell: CELL.NEXT_RECORD }], // mov rdi, [next record]
    ...[0x48, 0x89, 0x07], // mov [rdi], rax
    ...[0x48, 0x8b, 0x45, 0x20], // mov rax, [rbp + 32]
    ...[0x48, 0x89, 0x47, 0x08], // mov [rdi + 8], rax
    ...[0x48, 0x8b, 0x45, 0x00], // mov rax, [rbp]
    ...[0x48, 0x89, 0x47, 0x10], // mov [rdi + 16], rax
    ...[0x48, 0x83, 0x05, { cell: CELL.NEXT_RECORD, trailing: 1 }, RECORD_SIZE], // add qword [next record], 24
    0xc3, // ret
  ];
}

/** The same for a run that counts nothing: budget only. */
export function budgetStub(emuStop: bigint): Piece[] {
  return [
    ...[0x83, 0x2d, { cell: CELL.BUDGET, trailing: 1 }, 0x01], // sub dword [budget], 1
    ...[0x78, { jump: "stop" }], // js stop
    0xc3, // ret
    { label: "stop" },
    ...[0x48, 0x89, 0xb5, 0x80, 0x00, 0x00, 0x00], // mov [rbp + 128], rsi
    ...[0x48, 0x89, 0x2d, { cell: CELL.REGISTERS }], // mov [registers], rbp
    ...jumpTo(emuStop),
  ];
}

/** Looks up the words of the address at rsi, with the directory in rcx: leaves them in rax, or jumps if there are none. */
export function lookUp(otherwise: string): Piece[] {
  return [
    ...[0x48, 0x89, 0xf0], // mov rax, rsi
    ...[0x48, 0xc1, 0xe8, TABLE.SHIFT], // shr rax, SHIFT
    ...[0x48, 0x8b, 0x04, 0xc1], // mov rax, [rcx + rax*8]
    ...[0x48, 0x85, 0xc0], // test rax, rax
    ...[0x74, { jump: otherwise }], // jz otherwise
  ];
}

/** The stub of `UC_HOOK_CODE` that counts every instruction (rsi address, rcx directory): slow, and the ground truth. */
export function instructionStub(): Piece[] {
  return [
    ...lookUp("none"),
    ...[0x48, 0xff, 0x84, 0xf0, ...column("EXECUTED")], // inc qword [rax + rsi*8 + EXECUTED]
    { label: "none" },
    0xc3, // ret
  ];
}

/**
 * The stub of `UC_HOOK_CODE` that does what is to be done before an instruction (rsi address, rcx directory).
 *
 * @param last Host address of the word that has the instruction that was begun last; u64.
 */
export function codeStub(last: bigint): Piece[] {
  return [
    ...lookUp("none"),
    ...[0x48, 0x8b, 0x84, 0xf0, ...column("CODE")], // mov rax, [rax + rsi*8 + CODE]
    ...[0x48, 0x85, 0xc0], // test rax, rax
    ...[0x74, { jump: "none" }], // jz none
    ...[0xff, 0xe0], // jmp rax
    { label: "none" },
    ...[0x48, 0xb8, { imm64: last }], // mov rax, last
    ...[0x48, 0x89, 0x30], // mov [rax], rsi
    0xc3, // ret
  ];
}

/** The stub of `UC_HOOK_CODE` for a hooked instruction: notes the address (rsi) and calls JavaScript. */
export function instructionHookStub(dispatcher: bigint): Piece[] {
  return [0x48, 0x89, 0x35, { cell: CELL.INSTRUCTION }, ...jumpTo(dispatcher)]; // mov [instruction], rsi
}

/**
 * The stub of `UC_HOOK_TLB_FILL` (rsi page, edx kind, rcx result, r8 permission bytes, one a page).
 *
 * Looks the page up and grants what its byte says, or notes the refused access. Bytes with {@linkcode PAGE_FLAG_ASK}
 * have the decider change the byte and return 1 to look again, or 0 to refuse.
 *
 * @param pages Number of guest pages; addresses past them are refused.
 */
export function tlbFillStub(pages: number, decider: bigint): Piece[] {
  const limit = [0, 8, 16, 24].map((shift) => pages >>> shift & 0xff);
  return [
    { label: "again" },
    ...[0x48, 0x89, 0xf0], // mov rax, rsi
    ...[0x48, 0xc1, 0xe8, 0x0c], // shr rax, 12
    ...[0x48, 0x3d, ...limit], // cmp rax, pages
    ...[0x73, { jump: "refuse" }], // jae refuse
    ...[0x41, 0x0f, 0xb6, 0x04, 0x00], // movzx eax, byte [r8 + rax]
    ...[0x44, 0x8d, 0x4a, 0xf0], // lea r9d, [rdx - 16]
    ...[0x44, 0x0f, 0xa3, 0xc8], // bt eax, r9d
    ...[0x73, { jump: "denied" }], // jae denied
    ...[0x48, 0x81, 0xe6, 0x00, 0xf0, 0xff, 0xff], // and rsi, -4096
    ...[0x48, 0x89, 0x31], // mov [rcx], rsi
    ...[0x83, 0xe0, 0x07], // and eax, 7
    ...[0x89, 0x41, 0x08], // mov [rcx + 8], eax
    ...[0xff, 0x05, { cell: CELL.LOOK_UPS }], // inc dword [look ups]
    ...[0xb8, 0x01, 0x00, 0x00, 0x00], // mov eax, 1
    0xc3, // ret
    { label: "denied" },
    ...[0x48, 0x89, 0x35, { cell: CELL.FAULT_PAGE }], // mov [fault page], rsi
    ...[0x89, 0x15, { cell: CELL.FAULT_KIND }], // mov [fault kind], edx
    ...[0xa8, 0x80], // test al, PAGE_FLAG_ASK
    ...[0x74, { jump: "no" }], // jz no
    ...[0x56, 0x52, 0x51, 0x41, 0x50, 0x50], // push rsi, rdx, rcx, r8, rax: the stack is aligned again
    ...[0x48, 0xb8, { imm64: decider }], // mov rax, decider
    ...[0xff, 0xd0], // call rax
    ...[0x5a, 0x41, 0x58, 0x59, 0x5a, 0x5e], // pop rdx, r8, rcx, rdx, rsi
    ...[0x84, 0xc0], // test al, al
    ...[0x75, { jump: "again" }], // jnz again
    { label: "no" },
    ...[0x31, 0xc0, 0xc3], // xor eax, eax; ret
    { label: "refuse" },
    ...[0x48, 0x89, 0x35, { cell: CELL.FAULT_PAGE }], // mov [fault page], rsi
    ...[0x89, 0x15, { cell: CELL.FAULT_KIND }], // mov [fault kind], edx
    ...[0x31, 0xc0, 0xc3], // xor eax, eax; ret
  ];
}

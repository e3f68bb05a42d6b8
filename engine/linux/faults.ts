/**
 * What the CPU refused, as the signal that Linux makes of it: see signal(7), and the exceptions of the Intel manual,
 * volume 3, 6.15.
 *
 * Leaves out alignment checks, which the translator does not make.
 */

import type { SliceEnd } from "../cpu/cpu.ts";
import { REGISTER_ID, REGISTER_INDEX, VECTOR } from "../arch/x86_64.ts";
import { PAGE_SIZE, SPAN } from "../memory/guest_memory.ts";
import { SI, SIGNAL } from "./abi/signals.ts";
import type { Process } from "./process.ts";
import type { Trap } from "./threads.ts";
import { forceSignal } from "./signals.ts";
import { faultSignal, kernelSignal, type SignalInfo } from "./signals/siginfo.ts";

/** The ends of a slice that are the guest's doing. */
export type FaultEnd = Extract<SliceEnd, { kind: "access" | "interrupt" | "invalid" }>;

/** Computes the address of a refused access, of which the CPU tells the page only. */
export type AddressOf = (end: Extract<SliceEnd, { kind: "access" }>) => bigint;

const STACK_FAULT = 12;
const PAGE_FAULT = 14;
const USER_END = 2n ** 47n;
/** Bits of a page fault's error code. */
const ERROR = { PRESENT: 1, WRITE: 2, USER: 4, FETCH: 16 } as const;
const INT_OPCODE = 0xcd;
const INT1_OPCODE = 0xf1;
/** Vectors that INT may name from user mode: it traps, with the program counter behind it. */
const ALLOWED: readonly number[] = [VECTOR.BREAKPOINT, VECTOR.OVERFLOW];

/**
 * Queues the signal for a fault; it is delivered like any other.
 *
 * @returns Its number, or undefined if there is no fault any more: a file grew so that the page is there now.
 */
export function raiseFault(process: Process, end: FaultEnd, addressOf: AddressOf): number | undefined {
  const raised = end.kind === "access" ? accessFault(process, end, addressOf) : exception(process, end);
  if (raised === undefined) return undefined;
  process.thread.trap = { ...process.thread.trap, ...raised.trap };
  forceSignal(process, raised.info);
  return raised.info.signal;
}

interface Raised {
  readonly info: SignalInfo;
  readonly trap: Partial<Trap>;
}

function general(signal: number = SIGNAL.SIGSEGV, vector: number = VECTOR.GENERAL, error = 0): Raised {
  return { info: kernelSignal(signal, SI.KERNEL), trap: { vector, error } };
}

/** Whether the upper 17 bits of an address are equal, as the CPU wants them. */
function isCanonical(address: bigint): boolean {
  return BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;
}

function accessFault(
  process: Process,
  end: Extract<SliceEnd, { kind: "access" }>,
  addressOf: AddressOf,
): Raised | undefined {
  const { memory, registers } = process;
  if (!isCanonical(BigInt(end.page))) {
    const isStack = !isCanonical(registers.general(REGISTER_INDEX.rsp));
    return isStack ? general(SIGNAL.SIGBUS, STACK_FAULT) : general();
  }
  const region = memory.regions.at(end.page);
  if (region?.pastEnd && memory.reclaim(end.page)) return undefined;
  const address = end.access === "execute" ? fetchAddress(registers.pc, end.page) : addressOf(end);
  // Linux says of the upper half that it is there, and cannot know of a page that was never touched; this does.
  const isPresent = region === undefined
    ? end.page >= SPAN && address >= USER_END
    : !region.pastEnd && region.protection > 0;
  const error = ERROR.USER | (isPresent ? ERROR.PRESENT : 0) |
    (end.access === "write" ? ERROR.WRITE : end.access === "execute" ? ERROR.FETCH : 0);
  const trap = { vector: PAGE_FAULT, error, address };
  if (region?.pastEnd && accessAllowed(region.protection, end.access)) {
    return { info: faultSignal(SIGNAL.SIGBUS, SI.BUS_ADRERR, address), trap };
  }
  const code = region === undefined ? SI.SEGV_MAPERR : SI.SEGV_ACCERR;
  return { info: faultSignal(SIGNAL.SIGSEGV, code, address), trap };
}

function accessAllowed(protection: number, access: "read" | "write" | "execute"): boolean {
  return access === "write" ? (protection & 2) !== 0 : access === "execute" ? (protection & 4) !== 0 : protection !== 0;
}

/** An instruction that starts on one page may end on the next, where the fault is. */
function fetchAddress(pc: bigint, page: number): bigint {
  return pc >= BigInt(page) && pc < BigInt(page + PAGE_SIZE) ? pc : BigInt(page);
}

function exception(process: Process, end: Exclude<FaultEnd, { kind: "access" }>): Raised {
  const { registers, memory } = process;
  if (memory.regions.at(Number(registers.pc)) === undefined) return nothingThere(registers.pc);
  const vector = end.kind === "invalid" ? VECTOR.INVALID_OPCODE : end.vector;
  const at = (signal: number, code: number, trap: number = vector): Raised => ({
    info: faultSignal(signal, code, registers.pc),
    trap: { vector: trap, error: 0 },
  });
  if (!ALLOWED.includes(vector) && rewindInterrupt(process, vector)) {
    return general(SIGNAL.SIGSEGV, VECTOR.GENERAL, vector * 8 + 2);
  }
  if (vector === VECTOR.INVALID_OPCODE && memory.allows(Number(registers.pc), 1, 1)) {
    // The translator does not know INT1.
    if (memory.u8(registers.pc) === INT1_OPCODE) {
      registers.pc += 1n;
      return at(SIGNAL.SIGTRAP, SI.TRAP_BRKPT, VECTOR.DEBUG);
    }
  }
  switch (vector) {
    case VECTOR.DIVIDE:
      return at(SIGNAL.SIGFPE, SI.FPE_INTDIV);
    case VECTOR.DEBUG:
      return at(SIGNAL.SIGTRAP, SI.TRAP_TRACE);
    case VECTOR.BREAKPOINT:
      return { info: kernelSignal(SIGNAL.SIGTRAP, SI.KERNEL), trap: { vector, error: 0 } };
    case VECTOR.INVALID_OPCODE:
      return at(SIGNAL.SIGILL, SI.ILL_ILLOPN);
    case VECTOR.X87:
      return at(SIGNAL.SIGFPE, x87Code(registers.read(REGISTER_ID.FPCW), registers.read(REGISTER_ID.FPSW)));
    case VECTOR.SIMD:
      return at(SIGNAL.SIGFPE, simdCode(registers.read(REGISTER_ID.MXCSR)));
    case VECTOR.OVERFLOW:
      return general(SIGNAL.SIGSEGV, vector);
    default:
      return general();
  }
}

/** The program counter is on the page below all others that the CPU needs for itself. */
function nothingThere(pc: bigint): Raised {
  const trap = { vector: PAGE_FAULT, error: ERROR.USER | ERROR.FETCH, address: pc };
  return { info: faultSignal(SIGNAL.SIGSEGV, SI.SEGV_MAPERR, pc), trap };
}

/** INT with a vector that programs may not use faults at the instruction; the translator reports it behind it. */
function rewindInterrupt(process: Process, vector: number): boolean {
  const { memory, registers } = process;
  const start = registers.pc - 2n;
  if (!memory.allows(Number(start), 2, 1)) return false;
  if (memory.u8(start) !== INT_OPCODE || memory.u8(start + 1n) !== vector) return false;
  registers.pc = start;
  return true;
}

/** The code for the first unmasked exception: invalid, denormal, divide by zero, overflow, underflow, precision. */
function floatingPointCode(unmasked: number): number {
  if (unmasked & 0x01) return SI.FPE_FLTINV;
  if (unmasked & 0x04) return SI.FPE_FLTDIV;
  if (unmasked & 0x08) return SI.FPE_FLTOVF;
  if (unmasked & 0x12) return SI.FPE_FLTUND;
  return unmasked & 0x20 ? SI.FPE_FLTRES : 0;
}

function x87Code(control: bigint, status: bigint): number {
  return floatingPointCode(Number(status & ~control) & 0x3f);
}

function simdCode(mxcsr: bigint): number {
  return floatingPointCode(Number(mxcsr & ~(mxcsr >> 7n)) & 0x3f);
}

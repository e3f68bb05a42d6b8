/**
 * The calls that led to where a guest is: walks its stack from frame to frame.
 *
 * Each step tries, in this order: call frame information, the code of a signal trampoline, the code of the function's
 * prologue and epilogue, the frame pointer, and last a look for a return address on the stack, which is a guess and marked
 * so. Leaves out inlined functions and tail calls (see debug/source_frame.ts). A corrupt stack ends the walk early, and never fails. DWARF 5, section 6.4.4;
 * x86-64 psABI, section 3.2.2.
 */

import type { GuestMemory } from "./memory/guest_memory.ts";
import type { Image, SourceLine, SymbolAt, Symbols } from "./symbols/mod.ts";
import { byCode } from "./unwind/code.ts";
import { byCallFrames } from "./unwind/call_frames.ts";
import { byFramePointer, byScan } from "./unwind/frame_pointer.ts";
import { byTrampoline } from "./unwind/trampoline.ts";
import { isExecutable, type Machine, STACK_POINTER, type State, type Step } from "./unwind/state.ts";

/** How a frame was found, from the one that it called. */
export type FrameOrigin =
  /** It is the innermost one, and the registers say where it is. */
  | "registers"
  /** By the call frame information of what it called: exact. */
  | "cfi"
  /** By the record that the kernel left when a signal interrupted it: exact. */
  | "signal"
  /** By the instructions at the start or end of what it called: exact for code that compilers make. */
  | "code"
  /** By the calls of its function and of its caller's: it jumped to what it called, and has no frame on the stack. */
  | "tail call"
  /** By the frame pointer, which looked sound. */
  | "frame pointer"
  /** What looks like a return address was on the stack: it may be left from an earlier call. */
  | "guess";

/** One active call. */
export interface Frame {
  /** 0 for the innermost one; a tail call has that of what it jumped to. */
  readonly level: number;
  /** The instruction it is at or, in a caller, where it goes on. */
  readonly pc: bigint;
  /** What it executes or, in a caller, the end of the call: an address inside the code that is active. */
  readonly place: bigint;
  /** Its stack pointer there. */
  readonly sp: bigint;
  /** Its canonical frame address: the stack pointer before it was called; undefined if that is not known. */
  readonly cfa: bigint | undefined;
  /** The symbol it is in. A call that does not return may be a function's last instruction: then the offset is its size. */
  readonly symbol: SymbolAt | undefined;
  /** The image it is in. */
  readonly image: Image | undefined;
  /** The source line of the instruction or, in a caller, of the call. */
  readonly source: SourceLine | undefined;
  /** How it was found. */
  readonly how: FrameOrigin;
  /** Whether it is the code that a signal handler returns to: what it "was called by" was interrupted at its pc. */
  readonly isTrampoline: boolean;
  /** Its general registers by their encoding; undefined for what calls do not preserve. */
  readonly registers: readonly (bigint | undefined)[];
}

/** Where a walk starts. */
export interface UnwindStart {
  /** The program counter. */
  readonly pc: bigint;
  /** The general registers by their encoding: 0 is rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp ... */
  readonly registers: readonly bigint[];
}

/** Frames of a walk unless the caller wants more or fewer. */
export const DEFAULT_FRAME_LIMIT = 256;
/** Guesses in a row after which a walk ends. */
const MAXIMUM_GUESSES = 16;

/**
 * Walks the stack.
 *
 * @param start Where the guest is.
 * @param memory Its memory.
 * @param symbols Its images.
 * @param limit The most frames to find.
 * @returns The frames, the innermost first; at least one.
 */
export function unwind(
  start: UnwindStart,
  memory: GuestMemory,
  symbols: Symbols,
  limit: number = DEFAULT_FRAME_LIMIT,
): Frame[] {
  const machine: Machine = { memory, symbols };
  const frames: Frame[] = [];
  let state: State = { pc: start.pc, registers: start.registers, isReturn: false };
  let how: FrameOrigin = "registers";
  let guesses = 0;
  for (;;) {
    const step = frames.length < limit && !isOutermost(machine, state) ? stepOut(machine, state) : undefined;
    frames.push(frameOf(machine, state, how, frames.length, step));
    guesses = step?.how === "guess" ? guesses + 1 : 0;
    if (step?.next === undefined || frames.length >= limit || guesses > MAXIMUM_GUESSES) return frames;
    if (!isProgress(state, step) || step.next.pc === 0n) return frames;
    state = step.next;
    how = step.how;
  }
}

function stepOut(machine: Machine, state: State): Step | undefined {
  return byCallFrames(machine, state) ?? byTrampoline(machine, state) ?? byCode(machine, state) ??
    byFramePointer(machine, state) ?? byScan(machine, state);
}

/** A caller's frame is above the frame of what it called, unless a signal's handler runs on a stack of its own. */
function isProgress(state: State, { next, how }: Step): boolean {
  const [before, after] = [state.registers[STACK_POINTER], next?.registers[STACK_POINTER]];
  if (before === undefined || after === undefined) return false;
  return how === "signal" ? next?.pc !== state.pc || before !== after : after > before;
}

/** Nobody called the code at an image's entry point: the kernel or the dynamic linker jumped there. */
function isOutermost(machine: Machine, { pc, isReturn }: State): boolean {
  if (isReturn && !isExecutable(machine, pc)) return true;
  const place = isReturn ? pc - 1n : pc;
  const image = machine.symbols.imageAt(place);
  if (image === undefined || image.role === "library") return false;
  const symbol = machine.symbols.at(place);
  return symbol === undefined ? place === image.entry : symbol.address === image.entry;
}

function frameOf(
  { symbols }: Machine,
  { pc, isReturn, registers }: State,
  how: FrameOrigin,
  level: number,
  step: Step | undefined,
): Frame {
  const isTrampoline = step?.how === "signal";
  const isCall = isReturn && !isTrampoline && symbols.imageAt(pc - 1n) !== undefined;
  const place = isCall ? pc - 1n : pc;
  return {
    level,
    pc,
    place,
    sp: registers[STACK_POINTER] ?? 0n,
    cfa: step?.cfa,
    symbol: isCall ? symbols.ofReturn(pc) : symbols.at(pc),
    image: symbols.imageAt(place),
    get source() {
      return symbols.statementAt(place);
    },
    how,
    isTrampoline,
    registers,
  };
}

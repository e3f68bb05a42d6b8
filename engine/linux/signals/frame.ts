/**
 * The frame that a handler runs on, and its way back. As `struct rt_sigframe` of Linux on x86-64:
 *
 *     sp -> return address (the restorer) | ucontext: flags, link, alternate stack, registers, mask | siginfo | FXSAVE
 *
 * From `<asm/ucontext.h>`, `<asm/sigcontext.h>`; see sigaction(2), sigreturn(2) and the System V ABI's red zone.
 */

import { EFLAGS, REGISTER_ID, REGISTER_INDEX } from "../../arch/x86_64.ts";
import type { Process } from "../process.ts";
import type { Thread } from "../threads.ts";
import type { SignalAction } from "../signals.ts";
import { SA, SS } from "../abi/signals.ts";
import { changedStack, decodeStack, encodeStack, isOnStack, NO_STACK, STACK_RECORD_SIZE } from "./alternate_stack.ts";
import {
  FLOATING_POINT_SIZE,
  initialFloatingPoint,
  restoreFloatingPoint,
  saveFloatingPoint,
} from "./floating_point.ts";
import { SIGINFO_SIZE, type SignalInfo } from "./siginfo.ts";

/** Bytes below the stack pointer that a function may use without moving it. */
const RED_ZONE = 128n;
/** Offsets from the frame's start; the ucontext begins behind the return address. */
const AT = {
  CONTEXT: 8,
  STACK: 24, // uc_stack: ss_sp, ss_flags, ss_size
  REGISTERS: 48, // uc_mcontext
  PC: 176,
  FLAGS: 184,
  SEGMENTS: 192,
  ERROR: 200,
  VECTOR: 208,
  OLD_MASK: 216,
  FAULT_ADDRESS: 224,
  FLOATING_POINT: 232,
  MASK: 304,
  INFO: 312,
  END: 312 + SIGINFO_SIZE,
} as const;
/** UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS; UC_FP_XSTATE is missing, as there is no XSAVE. */
const CONTEXT_FLAGS = 6n;
/** The general registers in the order of `struct sigcontext`. */
const ORDER =
  (["r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx", "rax"] as const)
    .map((name) => REGISTER_INDEX[name])
    .concat(REGISTER_INDEX.rcx, REGISTER_INDEX.rsp);
/** cs, gs, fs and ss of a Linux program. */
const SEGMENTS = [0x33, 0, 0, 0x2b];
const AC = 0x40000;
const RESTORED_FLAGS = EFLAGS.CF | EFLAGS.PF | EFLAGS.AF | EFLAGS.ZF | EFLAGS.SF | EFLAGS.TF | EFLAGS.DF | EFLAGS.OF |
  AC;

/** Where the frame goes, or undefined if it does not fit on the alternate stack. */
function framePlace(thread: Thread, action: SignalAction): { frame: bigint; fpu: bigint } | undefined {
  const sp = thread.registers.general(REGISTER_INDEX.rsp);
  const stack = thread.signals.alternateStack;
  const onStack = isOnStack(stack, sp);
  const entering = (action.flags & SA.SA_ONSTACK) !== 0 && stack.size > 0 && !onStack;
  const top = entering ? stack.start + BigInt(stack.size) : BigInt.asUintN(64, sp - RED_ZONE);
  const fpu = (top - BigInt(FLOATING_POINT_SIZE)) & ~63n;
  const frame = ((fpu - BigInt(AT.END)) & ~15n) - 8n;
  if ((entering || onStack) && frame < stack.start) return undefined;
  return { frame, fpu };
}

/**
 * Makes the thread run a handler next.
 *
 * @returns Whether it worked; it does not if the stack has no room, or there is no restorer.
 */
export function pushFrame(process: Process, info: SignalInfo, action: SignalAction): boolean {
  const { thread, memory } = process;
  const { registers, signals } = thread;
  const place = framePlace(thread, action);
  if (place === undefined || !(action.flags & SA.SA_RESTORER)) return false;
  const { frame, fpu } = place;
  if (!memory.allows(Number(frame), Number(fpu - frame) + FLOATING_POINT_SIZE, 2)) return false;
  memory.write(frame, buildFrame(thread, info, action, fpu));
  memory.write(fpu, saveFloatingPoint(registers));
  restoreFloatingPoint(registers, initialFloatingPoint());
  if (signals.alternateStack.flags & SS.SS_AUTODISARM) {
    signals.alternateStack = NO_STACK;
  }
  const { rax, rdi, rsi, rdx, rsp } = REGISTER_INDEX;
  registers.setGeneral(rdi, BigInt(info.signal));
  registers.setGeneral(rsi, frame + BigInt(AT.INFO));
  registers.setGeneral(rdx, frame + BigInt(AT.CONTEXT));
  registers.setGeneral(rax, 0n);
  registers.setGeneral(rsp, frame);
  registers.flags = registers.flags & ~(EFLAGS.DF | EFLAGS.TF);
  registers.pc = action.handler;
  return true;
}

function buildFrame(thread: Thread, info: SignalInfo, action: SignalAction, fpu: bigint): Uint8Array<ArrayBuffer> {
  const { registers, signals, trap } = thread;
  const bytes = new Uint8Array(AT.END);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: bigint) => view.setBigUint64(at, value, true);
  put(0, action.restorer);
  put(AT.CONTEXT, CONTEXT_FLAGS);
  bytes.set(encodeStack(signals.alternateStack), AT.STACK);
  ORDER.forEach((register, index) => put(AT.REGISTERS + index * 8, registers.general(register)));
  put(AT.PC, registers.pc);
  put(AT.FLAGS, registers.read(REGISTER_ID.EFLAGS));
  SEGMENTS.forEach((selector, index) => view.setUint16(AT.SEGMENTS + index * 2, selector, true));
  put(AT.ERROR, BigInt(trap.error));
  put(AT.VECTOR, BigInt(trap.vector));
  put(AT.OLD_MASK, signals.maskToRestore);
  put(AT.FAULT_ADDRESS, trap.address);
  put(AT.FLOATING_POINT, fpu);
  put(AT.MASK, signals.maskToRestore);
  if (action.flags & SA.SA_SIGINFO) bytes.set(info.bytes, AT.INFO);
  return bytes;
}

/**
 * Goes back to where a handler interrupted the thread: rt_sigreturn(2). The stack pointer is behind the frame's return
 * address.
 *
 * @returns Whether there was a frame that can be read.
 */
export function popFrame(process: Process): boolean {
  const { memory, thread: { registers, signals } } = process;
  const frame = registers.general(REGISTER_INDEX.rsp) - 8n;
  if (!memory.allows(Number(frame), AT.END, 1)) return false;
  const bytes = memory.bytes(frame, AT.END);
  const view = new DataView(bytes.buffer);
  const word = (at: number) => view.getBigUint64(at, true);
  const fpu = word(AT.FLOATING_POINT);
  if (fpu !== 0n && !memory.allows(Number(fpu), FLOATING_POINT_SIZE, 1)) return false;
  signals.mask = word(AT.MASK);
  ORDER.forEach((register, index) => registers.setGeneral(register, word(AT.REGISTERS + index * 8)));
  const kept = registers.read(REGISTER_ID.EFLAGS) & ~BigInt(RESTORED_FLAGS);
  registers.write(REGISTER_ID.EFLAGS, kept | word(AT.FLAGS) & BigInt(RESTORED_FLAGS));
  registers.pc = word(AT.PC);
  restoreFloatingPoint(registers, fpu === 0n ? initialFloatingPoint() : memory.bytes(fpu, FLOATING_POINT_SIZE));
  // As Linux does, a stack that cannot be set is not: the one that is in use among them.
  const wanted = decodeStack(bytes.subarray(AT.STACK, AT.STACK + STACK_RECORD_SIZE));
  const stack = changedStack(signals.alternateStack, wanted, registers.general(REGISTER_INDEX.rsp));
  if (typeof stack === "object") signals.alternateStack = stack;
  return true;
}

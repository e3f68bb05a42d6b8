/**
 * Steps to the caller by the instructions of the function, where there is no call frame information.
 *
 * Knows what compilers put at the start of a function (`endbr64`, `push`, `mov %rsp, %rbp`, `sub $n, %rsp`) and at its
 * end (`add $n, %rsp`, `leave`, `pop`, `ret`), and code that is not there at all: a call through a bad pointer has just
 * pushed its return address. Leaves out everything else that moves the stack pointer: then the return address proves
 * wrong, and other ways are tried. Intel manual, volume 2.
 */

import { isReturnAddress } from "./frame_pointer.ts";
import {
  callerOf,
  codeAt,
  FRAME_POINTER,
  isExecutable,
  type Machine,
  read,
  STACK_POINTER,
  type State,
  type Step,
} from "./state.ts";

/** Most bytes that a prologue or an epilogue takes. */
const LONGEST = 64;

/** @returns The step to the caller; undefined if the code is not as expected. */
export function byCode(machine: Machine, state: State): Step | undefined {
  const sp = state.registers[STACK_POINTER];
  if (sp === undefined) return undefined;
  if (!isExecutable(machine, state.pc)) return stepTo(machine, state, { top: sp, saved: new Map() });
  const frame = afterEpilogue(machine, state, sp) ?? beforePrologue(machine, state, sp);
  return frame === undefined ? undefined : stepTo(machine, state, frame);
}

/** Where the return address is, and registers that were saved. */
interface Found {
  readonly top: bigint;
  readonly saved: ReadonlyMap<number, bigint | undefined>;
}

function stepTo(machine: Machine, state: State, { top, saved }: Found): Step | undefined {
  const cfa = top + 8n;
  const next = callerOf(machine, state, cfa, saved);
  return next !== undefined && isReturnAddress(machine, next.pc) ? { next, how: "code", cfa } : undefined;
}

/** Executes what is left of an epilogue, if that is where the program counter is. */
function afterEpilogue(machine: Machine, { pc, registers }: State, sp: bigint): Found | undefined {
  const code = codeAt(machine, pc, LONGEST);
  const saved = new Map<number, bigint | undefined>();
  let top: bigint | undefined = sp;
  for (let at = 0; at < code.length && top !== undefined;) {
    const instruction = readInstruction(code, at);
    if (instruction === undefined) return undefined;
    const { kind, value, size } = instruction;
    at += size;
    if (kind === "return") return { top, saved };
    if (kind === "pop") {
      saved.set(value, read(machine, top));
      top += 8n;
    } else if (kind === "move" && value < 0) {
      top += BigInt(-value);
    } else if (kind === "leave") {
      const frame: bigint | undefined = saved.has(FRAME_POINTER) ? saved.get(FRAME_POINTER) : registers[FRAME_POINTER];
      if (frame === undefined) return undefined;
      saved.set(FRAME_POINTER, read(machine, frame));
      top = frame + 8n;
    } else return undefined;
  }
  return undefined;
}

/** Undoes what was executed of a prologue. */
function beforePrologue(machine: Machine, { pc, isReturn, registers }: State, sp: bigint): Found | undefined {
  const symbol = machine.symbols.at(isReturn ? pc - 1n : pc);
  if (symbol === undefined || (symbol.kind !== "function" && symbol.kind !== "label")) return undefined;
  const code = codeAt(machine, symbol.address, LONGEST);
  const done = Number(pc - symbol.address);
  /** Depth of what was pushed, and the depth that the frame pointer was set at. */
  let depth = 0;
  let frameDepth: number | undefined;
  const pushed = new Map<number, number>();
  for (let at = 0; at < done && at < code.length;) {
    const instruction = readInstruction(code, at);
    if (instruction === undefined) break;
    const { kind, value, size } = instruction;
    at += size;
    if (kind === "push") pushed.set(value, depth += 8);
    else if (kind === "move" && value > 0) depth += value;
    else if (kind === "frame") frameDepth = depth;
    else if (kind !== "mark") break;
  }
  const frame = registers[FRAME_POINTER];
  const base = frameDepth === undefined || frame === undefined ? sp + BigInt(depth) : frame + BigInt(frameDepth);
  const saved = new Map([...pushed].map(([register, at]) => [register, read(machine, base - BigInt(at))] as const));
  return { top: base, saved };
}

/** An instruction that moves the stack pointer, and by how much or with which register. */
interface StackInstruction {
  readonly kind: "mark" | "push" | "pop" | "move" | "frame" | "leave" | "return";
  readonly value: number;
  readonly size: number;
}

function readInstruction(code: Uint8Array, at: number): StackInstruction | undefined {
  const [a, b, c, d] = code.subarray(at, at + 4);
  if (a === 0xf3 && b === 0x0f && c === 0x1e && d === 0xfa) return { kind: "mark", value: 0, size: 4 }; // endbr64
  const high = a === 0x41 ? 8 : 0;
  const opcode = high > 0 ? b : a;
  const size = high > 0 ? 2 : 1;
  if (opcode >= 0x50 && opcode <= 0x57) return { kind: "push", value: opcode - 0x50 + high, size };
  if (opcode >= 0x58 && opcode <= 0x5f) return { kind: "pop", value: opcode - 0x58 + high, size };
  if (a === 0xc9) return { kind: "leave", value: 0, size: 1 };
  if (a === 0xc3 || a === 0xc2) return { kind: "return", value: 0, size: 1 };
  if ((a === 0xf3 || a === 0xf2) && b === 0xc3) return { kind: "return", value: 0, size: 2 };
  if (a !== 0x48) return undefined;
  if ((b === 0x89 && c === 0xe5) || (b === 0x8b && c === 0xec)) return { kind: "frame", value: 0, size: 3 };
  const sign = c === 0xec ? 1 : c === 0xc4 ? -1 : 0; // sub, add
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  if (b === 0x83 && sign !== 0 && at + 4 <= code.length) {
    return { kind: "move", value: sign * view.getInt8(at + 3), size: 4 };
  }
  if (b === 0x81 && sign !== 0 && at + 7 <= code.length) {
    return { kind: "move", value: sign * view.getInt32(at + 3, true), size: 7 };
  }
  return undefined;
}

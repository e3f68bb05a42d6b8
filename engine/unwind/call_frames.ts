/**
 * Steps to the caller by call frame information: exact wherever a compiler or a careful author has left some.
 *
 * DWARF 5, section 6.4.3; x86-64 psABI, section 3.6.2, "DWARF Register Number Mapping".
 */

import { DwarfError, evaluate, type ExpressionContext, type FrameRow } from "../binary/dwarf/mod.ts";
import { type Machine, PRESERVED, read, STACK_POINTER, type State, type Step } from "./state.ts";

/** DWARF's number of a general register -> its encoding: DWARF has rdx before rcx, and rsi, rdi, rbp, rsp last. */
const ENCODING: readonly number[] = [0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15];
/** DWARF's number of a general register, by its encoding. */
const NUMBER: readonly number[] = ENCODING.map((_, encoding) => ENCODING.indexOf(encoding));
const RETURN_ADDRESS = 16;

/**
 * Steps to the caller.
 *
 * @returns The step; undefined if nothing describes the code, or if what does cannot be used.
 */
export function byCallFrames(machine: Machine, state: State): Step | undefined {
  const place = state.isReturn ? state.pc - 1n : state.pc;
  const image = machine.symbols.imageAt(place);
  const row = image?.frameRowAt(Number(place));
  if (image === undefined || row === undefined) return undefined;
  try {
    return apply(machine, state, row, image.base);
  } catch (error) {
    if (error instanceof DwarfError) return undefined;
    throw error;
  }
}

function apply(machine: Machine, state: State, row: FrameRow, bias: bigint): Step | undefined {
  const before: ExpressionContext = {
    register: (number) => number === RETURN_ADDRESS ? state.pc : state.registers[ENCODING[number]],
    read: (address, size) => read(machine, address, size),
    bias,
  };
  const cfa = cfaOf(row, before);
  if (cfa === undefined) return undefined;
  const context = { ...before, cfa };
  if (row.rules.get(row.returnRegister)?.kind === "undefined") return { next: undefined, how: "cfi", cfa };
  const pc = registerOf(row, row.returnRegister, context);
  if (pc === undefined) return { next: undefined, how: "cfi", cfa };
  const registers = state.registers.map((value, encoding) => {
    const number = NUMBER[encoding];
    if (row.rules.has(number)) return registerOf(row, number, context);
    if (encoding === STACK_POINTER) return cfa;
    return row.isSignalFrame || PRESERVED.has(encoding) ? value : undefined;
  });
  return {
    next: { pc, registers, isReturn: !row.isSignalFrame },
    how: row.isSignalFrame ? "signal" : "cfi",
    cfa,
  };
}

function cfaOf({ cfa }: FrameRow, context: ExpressionContext): bigint | undefined {
  if (cfa.kind === "expression") return evaluate(cfa.expression, context);
  const value = context.register(cfa.register);
  return value === undefined ? undefined : BigInt.asUintN(64, value + BigInt(cfa.offset));
}

function registerOf(
  { rules }: FrameRow,
  register: number,
  context: ExpressionContext & { readonly cfa: bigint },
): bigint | undefined {
  const rule = rules.get(register);
  if (rule === undefined) return context.register(register);
  const { cfa } = context;
  switch (rule.kind) {
    case "undefined":
      return undefined;
    case "same value":
      return context.register(register);
    case "offset":
      return context.read(BigInt.asUintN(64, cfa + BigInt(rule.offset)), 8);
    case "value offset":
      return BigInt.asUintN(64, cfa + BigInt(rule.offset));
    case "register":
      return context.register(rule.register);
    case "expression": {
      const address = evaluate(rule.expression, context, [cfa]);
      return address === undefined ? undefined : context.read(address, 8);
    }
    case "value expression":
      return evaluate(rule.expression, context, [cfa]);
  }
}

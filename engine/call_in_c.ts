/**
 * Has a guest execute the functions that an expression of C calls: arguments of any type, results of any type.
 *
 * Leaves out what runs the guest and puts its registers back.
 */

import { type GuestContext, targetOf } from "./context.ts";
import { type CallRequest, DebugValue, layOutCall, returnedValue } from "./debug/mod.ts";
import { VOID } from "./binary/dwarf/mod.ts";

/** A function to be called. */
export interface FunctionCall<T> {
  /** Its name, for messages. */
  readonly name: string;
  /** Where it is. */
  readonly address: bigint;
  /** What general registers get. */
  readonly args: readonly bigint[];
  /** Arguments that are in SSE registers. */
  readonly vectors?: number;
  /** Sets what other registers and memory get; registers are put back. */
  readonly prepare?: () => void;
  /** Looks at the guest when the function has returned. */
  readonly collect: () => T;
}

/** Bytes that a call leaves alone below the stack pointer. */
const RED_ZONE = 128n;

/**
 * Calls a function.
 *
 * @param run Has the guest execute it, and puts the registers back.
 * @returns What the function gave back, as a copy; `void` if it gave nothing back.
 */
export async function callInC(
  cpu: GuestContext,
  { address: wanted, args, result }: CallRequest,
  run: <T>(call: FunctionCall<T>) => Promise<T>,
): Promise<DebugValue> {
  const symbol = cpu.symbols.at(wanted);
  const name = symbol?.name ?? `0x${wanted.toString(16)}`;
  const isIndirect = symbol?.isIndirect === true && symbol.offset === 0;
  const address = isIndirect ? await run({ name, address: wanted, args: [], collect: () => cpu.rax }) : wanted;
  const layout = layOutCall({ args, result }, cpu.sp);
  return await run({
    name,
    address,
    args: layout.general,
    vectors: layout.vectors.length,
    prepare() {
      for (const { address, bytes } of layout.writes) cpu.memory.write(address, bytes);
      for (const [index, bytes] of layout.vectors.entries()) {
        const wide = new Uint8Array(16);
        wide.set(bytes);
        cpu.setXmm(index, wide);
      }
      cpu.sp = layout.stack + RED_ZONE;
    },
    collect: () => resultOf(cpu, result),
  });
}

function resultOf(cpu: GuestContext, type: CallRequest["result"]): DebugValue {
  const target = targetOf(cpu);
  const value = returnedValue(target, cpu, type);
  if (value === undefined) return new DebugValue(target, VOID, { kind: "bytes", bytes: new Uint8Array(1) });
  return new DebugValue(target, type, { kind: "bytes", bytes: value.bytes });
}

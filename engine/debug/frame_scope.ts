/** What names in an expression mean in a frame: its variables, and its registers with a dollar before. */

import { GENERAL_REGISTERS } from "../arch/x86_64.ts";
import type { DebugType } from "../binary/dwarf/mod.ts";
import type { ExpressionScope } from "./c_expression.ts";
import { INT, LONG } from "./c_types.ts";
import { groundOf, type SourceFrame } from "./source_frame.ts";
import type { Target } from "./target.ts";
import { DebugValue, pointerTo } from "./value.ts";

const VOID: DebugType = { kind: "void", name: "void", size: 1 };
const DATA_POINTER = pointerTo(VOID);
const CODE_POINTER = pointerTo({ kind: "function", name: undefined, size: 1, target: VOID, parameters: [] });
const [STACK_POINTER, FRAME_POINTER] = [4, 5];

/**
 * The scope of a frame.
 *
 * @param target The guest.
 * @param frame The frame; undefined where there is none, as in a guest that has ended.
 * @param dollar What other names with a dollar mean.
 */
export function scopeOfFrame(
  target: Target,
  frame: SourceFrame | undefined,
  dollar: (name: string) => DebugValue | undefined = () => undefined,
): ExpressionScope {
  const locals = new Map<string, DebugValue | undefined>();
  return {
    target,
    ground: frame && groundOf(frame),
    local(name) {
      if (!locals.has(name)) locals.set(name, frame?.local(name));
      return locals.get(name);
    },
    dollar: (name) => dollar(name) ?? (frame && registerOf(target, frame, name)),
  };
}

/** A register of a frame by its name, as far as it is known there. */
function registerOf(target: Target, { frame, level }: SourceFrame, name: string): DebugValue | undefined {
  if (name === "pc" || name === "rip") return DebugValue.of(target, CODE_POINTER, frame.pc);
  if (name === "fs_base") return DebugValue.of(target, LONG, target.fsBase);
  const plain = name === "sp" ? "rsp" : name === "fp" ? "rbp" : name;
  const encoding = GENERAL_REGISTERS.findIndex((each) => each === plain);
  if (encoding >= 0) {
    const value = frame.registers[encoding];
    const type = encoding === STACK_POINTER || encoding === FRAME_POINTER ? DATA_POINTER : LONG;
    if (value === undefined) return new DebugValue(target, type, { kind: "missing" });
    const register = level === 0 ? encoding : undefined;
    return new DebugValue(target, type, { kind: "bytes", bytes: DebugValue.of(target, type, value).bytes, register });
  }
  const half = GENERAL_REGISTERS.findIndex((each) => `e${each.slice(1)}` === plain || `${each}d` === plain);
  const value = half < 0 ? undefined : frame.registers[half];
  return value === undefined ? undefined : DebugValue.of(target, INT, value);
}

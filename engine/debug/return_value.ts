/** What a function that has just returned gave back, by its type. x86-64 psABI, section 3.2.3, "Returning of Values". */

import type { DebugType } from "../binary/dwarf/mod.ts";
import { placeOf } from "./calling_convention.ts";
import { bytesOf, type Target } from "./target.ts";
import { bareType, DebugValue } from "./value.ts";

/** The registers that results come in. */
export interface ResultRegisters {
  readonly rax: bigint;
  readonly rdx: bigint;
}

/**
 * The value that a function returned.
 *
 * @param target The guest, right after the return.
 * @param registers Its registers.
 * @param type What the function returns.
 * @returns The value; undefined if the function returns none, or if it is not known where.
 */
export function returnedValue(target: Target, registers: ResultRegisters, type: DebugType): DebugValue | undefined {
  const bare = bareType(type);
  if (bare.kind === "void" || bare.size === 0) return undefined;
  const place = placeOf(type);
  switch (place.kind) {
    case "unknown":
      return undefined;
    case "memory":
      return new DebugValue(target, type, { kind: "memory", address: registers.rax });
    case "x87": {
      const bytes = new Uint8Array(bare.size);
      bytes.set(target.x87(0));
      return new DebugValue(target, type, { kind: "bytes", bytes });
    }
    case "registers": {
      const integers = [registers.rax, registers.rdx];
      let [general, vector] = [0, 0];
      const bytes = new Uint8Array(place.classes.length * 8);
      for (const [index, each] of place.classes.entries()) {
        const part = each === "general" ? bytesOf(integers[general++], 8) : target.xmm(vector++).subarray(0, 8);
        bytes.set(part, index * 8);
      }
      return new DebugValue(target, type, { kind: "bytes", bytes: bytes.subarray(0, bare.size) });
    }
  }
}

/** Containers of the standard libraries of C++ and Rust, and of Go, by what they hold. */

import { DwarfError } from "../../binary/dwarf/mod.ts";
import { GuestMemoryError } from "../../memory/errors.ts";
import { DebugValueError } from "../value.ts";
import type { DebugValue } from "../value.ts";
import type { Container } from "./container.ts";
import { goContainer, isOfGo } from "./go.ts";
import { cxxContainer } from "./libstdcxx.ts";
import { rustContainer } from "./rust.ts";

export type { Container, ContainerText } from "./container.ts";

/** What a container holds; undefined if the value is none, or if its fields are not as they should be. */
export function containerOf(value: DebugValue): Container | undefined {
  const { bare } = value;
  const isCompound = bare.kind === "structure" || bare.kind === "class";
  if (!isCompound || !bare.isPlainlyNamed || bare.isDeclaration || value.isOptimizedOut) return undefined;
  try {
    if (bare.isRust) return rustContainer(value, bare);
    return isOfGo(bare) ? goContainer(value, bare) : cxxContainer(value, bare);
  } catch (error) {
    const isExpected = error instanceof DebugValueError || error instanceof GuestMemoryError;
    if (isExpected || error instanceof DwarfError) return undefined;
    throw error;
  }
}

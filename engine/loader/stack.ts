/**
 * The initial stack: arguments, environment and auxiliary vector, as the kernel leaves them for `_start`.
 *
 *     sp -> argc | argv... | 0 | envp... | 0 | auxiliary vector... | 0 0 | strings | path | 0 <- top
 *
 * System V ABI, AMD64 supplement, "Initial Stack and Register State"; getauxval(3).
 */

import type { GuestMemory } from "../memory/guest_memory.ts";
import { STACK_SIZE, STACK_TOP } from "./layout.ts";
import { ProgramError } from "./errors.ts";

const E2BIG = 7;

/** Keys of the auxiliary vector, from `<elf.h>`. */
export const AT = {
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  PLATFORM: 15,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  HWCAP2: 26,
  EXECFN: 31,
  MINSIGSTKSZ: 51,
} as const;

/** What the stack holds. */
export interface StackContents {
  readonly arguments: readonly Uint8Array[];
  readonly environment: readonly Uint8Array[];
  /** Path by which the program was started. */
  readonly path: Uint8Array;
  /** 16 bytes for stack protectors and pointer guards. */
  readonly random: Uint8Array;
  /** Values of the auxiliary vector but for those that point to the stack. */
  readonly auxiliary: readonly (readonly [key: number, value: number])[];
}

/** What was put where. */
export interface InitialStack {
  readonly stackPointer: number;
  /** Bytes of the auxiliary vector, as `/proc/<pid>/auxv` shows them. */
  readonly auxiliaryVector: Uint8Array<ArrayBuffer>;
  /** Half-open range of the argument strings, as `/proc/<pid>/cmdline` shows them. */
  readonly argumentRange: readonly [number, number];
}

/**
 * Maps the stack and fills it.
 *
 * @throws {ProgramError} If arguments and environment take more than a quarter of it, as execve(2) has it.
 */
export function buildStack(memory: GuestMemory, contents: StackContents): InitialStack {
  memory.map({ start: STACK_TOP - STACK_SIZE, length: STACK_SIZE, protection: 3, name: "[stack]" });
  const strings = [...contents.arguments, ...contents.environment];
  const size = strings.reduce((sum, bytes) => sum + bytes.length + 9, 0);
  if (size > STACK_SIZE / 4) {
    const path = new TextDecoder().decode(contents.path);
    throw new ProgramError(path, `its arguments and environment take ${size} bytes`, E2BIG);
  }
  let top = STACK_TOP - 8;
  const push = (bytes: Uint8Array, terminated: boolean): number => {
    top -= bytes.length + (terminated ? 1 : 0);
    memory.write(top, bytes);
    return top;
  };
  const path = push(contents.path, true);
  const environment = contents.environment.toReversed().map((bytes) => push(bytes, true)).toReversed();
  const argumentsEnd = top;
  const pointers = contents.arguments.toReversed().map((bytes) => push(bytes, true)).toReversed();
  const argumentRange = [top, argumentsEnd] as const;
  const platform = push(new TextEncoder().encode("x86_64"), true);
  const random = push(contents.random, false);
  const auxiliary = [
    ...contents.auxiliary,
    [AT.RANDOM, random],
    [AT.EXECFN, path],
    [AT.PLATFORM, platform],
    [0, 0],
  ];
  const words = [pointers.length, ...pointers, 0, ...environment, 0, ...auxiliary.flat()];
  const stackPointer = Math.floor((top - words.length * 8) / 16) * 16;
  const bytes = new Uint8Array(BigUint64Array.from(words, BigInt).buffer);
  memory.write(stackPointer, bytes);
  const auxiliaryVector = bytes.slice(bytes.length - auxiliary.length * 16);
  return { stackPointer, auxiliaryVector, argumentRange };
}

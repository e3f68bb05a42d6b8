/**
 * The procedure linkage table: names the stubs through which a file calls functions of others, as `puts@plt`.
 *
 * A stub jumps through a slot of the global offset table, `jmp *slot(%rip)`, and the slot's relocation has the name. So
 * every stub is found by its jump, whatever the linker put around it (`endbr64`, `bnd`, a lazy binding tail), in `.plt`,
 * `.plt.sec` and `.plt.got` alike. A slot that a resolver of this file fills (IRELATIVE) is named after the resolver,
 * `memcpy@plt`, or by the resolver's address where it has no symbol. x86-64 psABI, chapter 5, "Procedure Linkage
 * Table"; leaves out calls without a stub (`-fno-plt`).
 */

import { readSection } from "./section_data.ts";
import { type ElfSection, SECTION_FLAG, SECTION_TYPE } from "./sections.ts";
import { type FunctionSlot, readFunctionSlots } from "./slots.ts";
import type { ElfInput } from "./source.ts";
import type { ElfSymbolTable } from "./symbols.ts";

/** A stub of the procedure linkage table. */
export interface PltStub {
  /** Its name, such as `puts@plt`. */
  readonly name: string;
  /** Address of its first instruction, before the load bias is added. */
  readonly address: bigint;
  /** Its size in bytes. */
  readonly size: number;
}

/**
 * Finds the stubs.
 *
 * @param input The file.
 * @param sections Its sections.
 * @param tables Its symbol tables.
 * @returns The stubs in ascending order of addresses.
 * @throws {ElfError} If a section is corrupt.
 */
export function readPltStubs(
  input: ElfInput,
  sections: readonly ElfSection[],
  tables: readonly ElfSymbolTable[],
): readonly PltStub[] {
  const plts = sections.filter(({ name, flags, type }) =>
    name.startsWith(".plt") && (flags & SECTION_FLAG.execute) !== 0 && type !== SECTION_TYPE.noBits
  );
  if (plts.length === 0) return [];
  const slots = new Map(readFunctionSlots(input, sections, tables).map((slot) => [slot.address, slot]));
  return plts.flatMap((plt) => [...findStubs(plt, readSection(input, plt), slots)])
    .sort((a, b) => Number(a.address - b.address));
}

function* findStubs(plt: ElfSection, code: Uint8Array, slots: ReadonlyMap<number, FunctionSlot>): Generator<PltStub> {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const entrySize = plt.entrySize === 8 ? 8 : 16;
  const base = Number(plt.address);
  for (let at = 0; at + 6 <= code.length; at++) {
    if (code[at] !== 0xff || code[at + 1] !== 0x25) continue;
    const slot = slots.get(base + at + 6 + view.getInt32(at + 2, true));
    if (slot === undefined) continue;
    const start = startOfStub(code, at);
    const end = Math.min(start + entrySize, code.length);
    yield { name: `${slot.name}@plt`, address: plt.address + BigInt(start), size: end - start };
    at = end - 1;
  }
}

/** Steps back over a `bnd` prefix and an `endbr64` before the jump. */
function startOfStub(code: Uint8Array, jump: number): number {
  const afterMark = code[jump - 1] === 0xf2 ? jump - 1 : jump;
  const mark = afterMark - 4;
  const isMarked = mark >= 0 && code[mark] === 0xf3 && code[mark + 1] === 0x0f && code[mark + 2] === 0x1e &&
    code[mark + 3] === 0xfa;
  return isMarked ? mark : afterMark;
}

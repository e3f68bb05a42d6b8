/**
 * Slots of the global offset table that hold the addresses of functions, from the relocations that fill them. x86-64
 * psABI, chapter 4, "Relocation Types". Leaves out relocations of data.
 */

import { readSection } from "./section_data.ts";
import { type ElfSection, entryCount, SECTION_FLAG, SECTION_TYPE } from "./sections.ts";
import type { ElfInput } from "./source.ts";
import type { ElfSymbolTable } from "./symbols.ts";

/** A slot that the dynamic linker fills with the address of a function. */
export interface FunctionSlot {
  /** Its address, before the load bias is added. */
  readonly address: number;
  /** Name of the function; `*ABS*+0x1234` after its resolver, where that has no symbol. */
  readonly name: string;
  /** Address of the function of this file that chooses what goes into the slot (IRELATIVE), before the load bias. */
  readonly resolver: number | undefined;
}

const RELOCATION_SIZE = 24;
const GLOBAL_DATA = 6;
const JUMP_SLOT = 7;
const INDIRECT_RELATIVE = 37;

/**
 * Finds the slots.
 *
 * @param input The file.
 * @param sections Its sections.
 * @param tables Its symbol tables.
 * @throws {ElfError} If a section is corrupt.
 */
export function readFunctionSlots(
  input: ElfInput,
  sections: readonly ElfSection[],
  tables: readonly ElfSymbolTable[],
): FunctionSlot[] {
  const slots: FunctionSlot[] = [];
  let resolvers: ReadonlyMap<number, string> | undefined;
  for (const section of sections) {
    if (section.type !== SECTION_TYPE.relocations || (section.flags & SECTION_FLAG.allocate) === 0) continue;
    const count = entryCount(input, section, RELOCATION_SIZE);
    const symbols = tables.find(({ sectionIndex }) => sectionIndex === section.link);
    const { buffer, byteOffset, byteLength } = readSection(input, section);
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let start = 0; start < count * RELOCATION_SIZE; start += RELOCATION_SIZE) {
      const type = view.getUint32(start + 8, true);
      const address = number(view, start);
      if (type === JUMP_SLOT || type === GLOBAL_DATA) {
        const index = view.getUint32(start + 12, true);
        if (symbols === undefined || index >= symbols.count) continue;
        slots.push({ address, name: symbols.name(index), resolver: undefined });
      } else if (type === INDIRECT_RELATIVE) {
        const resolver = number(view, start + 16);
        resolvers ??= readResolvers(tables);
        slots.push({ address, name: resolvers.get(resolver) ?? `*ABS*+0x${resolver.toString(16)}`, resolver });
      }
    }
  }
  return slots;
}

/** Address of a resolver -> the name under which the function that it chooses is known. */
function readResolvers(tables: readonly ElfSymbolTable[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const table of tables) {
    for (let index = 1; index < table.count; index++) {
      if (table.type(index) !== "indirect function") continue;
      const address = table.valueAsNumber(index);
      const known = names.get(address);
      const name = table.name(index);
      // Of several names, the public one: `memcpy` rather than `__memcpy`.
      if (known === undefined || (known.startsWith("_") && !name.startsWith("_"))) names.set(address, name);
    }
  }
  return names;
}

function number(view: DataView, position: number): number {
  return view.getUint32(position, true) + view.getUint32(position + 4, true) * 0x1_0000_0000;
}

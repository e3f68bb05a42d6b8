/**
 * The dynamic section: what the dynamic linker needs to know.
 *
 * It is found through its program header, as the dynamic linker finds it. Leaves out relocations and initialisers.
 * System V gABI, chapter 5, "Dynamic Section"; elf(5).
 */

import { Cursor } from "./cursor.ts";
import { ElfError, hex } from "./errors.ts";
import { type ElfSegment, offsetOf } from "./segments.ts";
import type { ElfInput } from "./source.ts";
import { StringTable } from "./strings.ts";

/** The dynamic section. */
export interface ElfDynamic {
  /** Names of the libraries the file needs (DT_NEEDED), in order. */
  readonly needed: readonly string[];
  /** The name a library goes by (DT_SONAME). */
  readonly soname: string | undefined;
  /** Whether it is marked as a position-independent program (DF_1_PIE). */
  readonly isProgram: boolean;
  /** Every value by its tag, the first where a tag is repeated. */
  readonly values: ReadonlyMap<number, bigint>;
}

/** Values of d_tag. */
export const DYNAMIC_TAG = {
  needed: 1,
  hash: 4,
  strings: 5,
  symbols: 6,
  stringsSize: 10,
  symbolSize: 11,
  soname: 14,
  gnuHash: 0x6ffffef5,
  flags1: 0x6ffffffb,
} as const;

const ENTRY_SIZE = 16;
const PIE_FLAG = 0x0800_0000n;

/**
 * Reads the dynamic section.
 *
 * @param input The file.
 * @param segments Its segments.
 * @returns The section, or undefined for a file without one.
 * @throws {ElfError} If the section, or a name it refers to, is not inside the file.
 */
export function readDynamic(input: ElfInput, segments: readonly ElfSegment[]): ElfDynamic | undefined {
  const segment = segments.find(({ type }) => type === "dynamic");
  if (segment === undefined) return undefined;
  const { offset, fileSize } = segment;
  const length = fileSize - fileSize % ENTRY_SIZE;
  const cursor = Cursor.over(input, { what: "the dynamic section", offset, length, section: ".dynamic" });
  const values = new Map<number, bigint>();
  const needed: number[] = [];
  while (cursor.remaining > 0) {
    const tag = cursor.size();
    const value = cursor.address();
    if (tag === 0) break;
    if (tag === DYNAMIC_TAG.needed) needed.push(Number(value));
    if (!values.has(tag)) values.set(tag, value);
  }
  const soname = values.get(DYNAMIC_TAG.soname);
  const named = needed.length > 0 || soname !== undefined;
  const strings = named ? dynamicStrings(input, segments, values, offset) : undefined;
  return {
    needed: strings === undefined ? [] : needed.map((name) => strings.at(name)),
    soname: soname === undefined ? undefined : strings?.at(Number(soname)),
    isProgram: ((values.get(DYNAMIC_TAG.flags1) ?? 0n) & PIE_FLAG) !== 0n,
    values,
  };
}

/**
 * Reads the string table of the dynamic section.
 *
 * @param input The file.
 * @param segments Its segments.
 * @param values The dynamic section's values.
 * @param offset Offset of the dynamic section, for errors.
 * @returns The string table.
 * @throws {ElfError} If there is none, or if it is not inside the file.
 */
export function dynamicStrings(
  input: ElfInput,
  segments: readonly ElfSegment[],
  values: ReadonlyMap<number, bigint>,
  offset: number,
): StringTable {
  const address = values.get(DYNAMIC_TAG.strings);
  const place = address === undefined ? undefined : offsetOf(segments, address);
  if (address === undefined || place === undefined) {
    const where = address === undefined ? "is missing" : `is at ${hex(address)}, which the file does not hold`;
    throw new ElfError(input.file, `the dynamic string table ${where}`, { offset, section: ".dynamic" });
  }
  const length = Number(values.get(DYNAMIC_TAG.stringsSize) ?? 0n);
  return new StringTable(input, { offset: place.offset, length, section: ".dynstr" });
}

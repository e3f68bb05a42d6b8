/**
 * Collects the symbols of a file that name a place in memory, from all of its tables, and ranks their names.
 *
 * Leaves out symbols that are undefined, absolute, thread-local, or that name sections and source files: their values are
 * no addresses. Symbol versions follow the GNU conventions: `name@@VERSION` in `.symtab` is the default version of
 * `name`; `name@VERSION` is an old one, kept for old programs, and is known by its full name only.
 */

import {
  type ElfSection,
  type ElfSegment,
  type ElfSymbolBinding,
  type ElfSymbolTable,
  type PltStub,
  SECTION_FLAG,
  SECTION_INDEX,
} from "../binary/elf/mod.ts";

/** What a symbol names: code, data, a mark in either, or a stub of the procedure linkage table. */
export type SymbolKind = "function" | "object" | "label" | "stub";

/** What a file knows about its symbols. */
export interface SymbolSource {
  /** Its symbol tables. */
  readonly tables: readonly ElfSymbolTable[];
  /** Its PLT stubs. */
  readonly stubs: readonly PltStub[];
  /** Its sections. */
  readonly sections: readonly ElfSection[];
  /** Its segments: they bound symbols where there are no sections. */
  readonly segments: readonly ElfSegment[];
}

/** A symbol that names a place. */
export interface Candidate {
  /** Its first address, without the load bias. */
  readonly start: number;
  /** Its size in bytes; 0 if it is not known. */
  readonly size: number;
  /** Where its section ends: it does not reach further. */
  readonly limit: number;
  /** What it names. */
  readonly kind: SymbolKind;
  /** Whether it is a function that chooses the one to be called. */
  readonly isIndirect?: boolean;
  /** Who sees it. */
  readonly binding: ElfSymbolBinding;
  /** Its name, with the version if that is an old one. */
  readonly name: string;
}

/**
 * Collects the symbols that name a place.
 *
 * @param sources The file itself and, if there is one, its debug file.
 * @returns The symbols in no order; one that is in several tables occurs several times.
 * @throws {ElfError} If a name is corrupt.
 */
export function collect(sources: readonly SymbolSource[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const source of sources) {
    for (const table of source.tables) collectTable(table, source, candidates);
    for (const { name, address, size } of source.stubs) {
      const start = Number(address);
      candidates.push({ start, size, limit: start + size, kind: "stub", binding: "local", name });
    }
  }
  return candidates;
}

const KINDS = { function: "function", "indirect function": "function", object: "object", none: "label" } as const;

function collectTable(table: ElfSymbolTable, source: SymbolSource, candidates: Candidate[]): void {
  const limits = source.sections.map(({ address, size, flags }) =>
    (flags & SECTION_FLAG.allocate) === 0 || (flags & SECTION_FLAG.tls) !== 0 ? -1 : Number(address) + size
  );
  for (let index = 1; index < table.count; index++) {
    const type = table.type(index);
    const kind = type in KINDS ? KINDS[type as keyof typeof KINDS] : undefined;
    const section = table.sectionOf(index);
    if (kind === undefined || section === SECTION_INDEX.undefined || section === SECTION_INDEX.absolute) continue;
    const start = table.valueAsNumber(index);
    const limit = limits.length > 0 ? limits[section] ?? -1 : endOfSegment(source.segments, start);
    const name = nameOf(table, index);
    if (limit < 0 || start > limit || name === "") continue;
    const isIndirect = type === "indirect function";
    candidates.push({ start, size: table.size(index), limit, kind, isIndirect, binding: table.binding(index), name });
  }
}

function nameOf(table: ElfSymbolTable, index: number): string {
  const name = table.name(index);
  const version = table.version(index);
  if (version !== undefined) return version.isDefault ? name : `${name}@${version.name}`;
  const mark = name.indexOf("@@");
  return mark > 0 ? name.slice(0, mark) : name;
}

function endOfSegment(segments: readonly ElfSegment[], address: number): number {
  for (const segment of segments) {
    const start = Number(segment.address);
    if (segment.type === "load" && address >= start && address < start + segment.memorySize) {
      return start + segment.memorySize;
    }
  }
  return -1;
}

/**
 * Compares two names of one place: which one is the place known by?
 *
 * A function wins over other things, then a name with fewer leading underscores (`puts` over `_IO_puts`, although the
 * latter is the global one), then one without an old version, then a global one over a local over a weak one, then the
 * shorter one.
 *
 * @param a A name.
 * @param b Another.
 * @returns Negative if `a` is the better one, positive if `b` is.
 */
export function comparePreference(a: Candidate, b: Candidate): number {
  return KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
    underscores(a.name) - underscores(b.name) ||
    Number(a.name.includes("@")) - Number(b.name.includes("@")) ||
    BINDING_ORDER[a.binding] - BINDING_ORDER[b.binding] ||
    a.name.length - b.name.length ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

const KIND_ORDER: Readonly<Record<SymbolKind, number>> = { function: 0, stub: 1, object: 2, label: 3 };
const BINDING_ORDER: Readonly<Record<ElfSymbolBinding, number>> = { global: 0, unique: 0, local: 1, weak: 2, other: 3 };

function underscores(name: string): number {
  let count = 0;
  while (name[count] === "_") count++;
  return count;
}

/**
 * Damages ELF files reproducibly: mostly in the tables that a parser follows, with the values that parsers trip over.
 *
 * The positions of the tables are taken from a correct file once, by field offsets of the gABI, not by our parser.
 */

/** A seeded generator of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 0x1_0000_0000;
  };
}

/** A file to damage, and where its tables are. */
export interface Victim {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Ranges of bytes that hold tables; the first is the file header. */
  readonly tables: readonly (readonly [start: number, end: number])[];
}

/** Finds the tables of a correct file: headers, and every section but code, data and debug information. */
export function victim(name: string, bytes: Uint8Array): Victim {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sectionHeaders = Number(view.getBigUint64(40, true));
  const sectionCount = sectionHeaders === 0 ? 0 : view.getUint16(60, true);
  const tables: [number, number][] = [[0, 64], [64, 64 + 56 * view.getUint16(56, true)]];
  if (sectionCount > 0) tables.push([sectionHeaders, sectionHeaders + 64 * sectionCount]);
  for (let index = 0; index < sectionCount; index++) {
    const header = sectionHeaders + 64 * index;
    const type = view.getUint32(header + 4, true);
    const flags = view.getUint32(header + 8, true);
    const start = Number(view.getBigUint64(header + 24, true));
    const size = Number(view.getBigUint64(header + 32, true));
    const isTable = type > 1 && type !== 8 || (flags & 0x800) !== 0;
    if (isTable && size > 0) tables.push([start, start + size]);
  }
  return { name, bytes, tables };
}

/** A damaged copy of a file: one to four changes, sometimes cut short. */
export function mutate({ bytes, tables }: Victim, random: () => number): Uint8Array {
  const pick = (count: number) => Math.floor(random() * count);
  let copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let changes = 1 + pick(4); changes > 0; changes--) {
    const [start, end] = random() < 0.9 ? tables[pick(tables.length)] : [0, copy.length];
    const width = [1, 2, 4, 8][pick(4)];
    const at = Math.min(start + pick(Math.max(1, (end - start) / width)) * width, copy.length - 8);
    const value = interesting(copy.length, pick, random);
    if (width === 8) view.setBigUint64(at, BigInt.asUintN(64, value), true);
    else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
    else if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
    else view.setUint8(at, Number(BigInt.asUintN(8, value)));
  }
  if (random() < 0.1) copy = copy.subarray(0, pick(copy.length));
  return copy;
}

function interesting(size: number, pick: (count: number) => number, random: () => number): bigint {
  switch (pick(8)) {
    case 0:
      return BigInt(pick(20));
    case 1:
      return -1n - BigInt(pick(16));
    case 2:
      return 1n << BigInt(pick(64));
    case 3:
      return (1n << BigInt(pick(64))) - 1n;
    case 4:
      return BigInt(size - 32 + pick(64));
    case 5:
      return BigInt(pick(size));
    case 6:
      return BigInt(Number.MAX_SAFE_INTEGER) + BigInt(pick(4));
    default:
      return BigInt(Math.floor(random() * 2 ** 52)) * 4099n;
  }
}

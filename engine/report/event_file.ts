/**
 * The binary form of events: what a batch has, column by column, after the sites that are new in it.
 *
 * All numbers are little endian. The file starts with the eight bytes `CERAEVT1`. Then come chunks of an eight-byte head,
 * `kind` (u32) and `count` (u32), and their columns:
 *
 * - kind 1, new sites, numbered on from those before: `count` addresses of instructions or blocks (f64), then `count`
 *   sizes (u32), then `count` kinds (u32): 1 read, 2 write, 3 both, 4 block, 8 instruction;
 * - kind 2, events: `count` addresses (f64), then `count` numbers of sites (u32);
 * - kind 3, lines: `count` bytes of UTF-8, a line each for the sites from the first that has none on;
 * - kind 4, events without addresses: `count` numbers of sites (u32).
 *
 * Sites that are not the plugin's may be among them; none of its events have their numbers.
 */

import { EVENT, type EventBatch, type SiteColumns } from "../counters/event_sites.ts";

const MAGIC = new TextEncoder().encode("CERAEVT1");
const CHUNK = { SITES: 1, EVENTS: 2, LINES: 3, NUMBERS: 4 } as const;
/** Bytes of each element of a chunk. */
const ELEMENT: Readonly<Record<number, number>> = { 1: 16, 2: 12, 3: 1, 4: 4 };

/** Bytes of an array's first elements. */
function bytesOf(array: Float64Array | Uint32Array, start: number, end: number): Uint8Array {
  const part = array.subarray(start, end);
  return new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength);
}

/** Makes the bytes of an event file, batch by batch. */
export class EventFileWriter {
  readonly #write: (bytes: Uint8Array) => void;
  #sites = -1;

  /** Makes the writer of a file. @param write Gets pieces of the file; it must copy what it keeps. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** Starts the file anew. */
  restart(): void {
    this.#sites = -1;
  }

  /** Writes a batch. */
  add(batch: EventBatch, sites: SiteColumns): void {
    this.#addSites(sites);
    this.#head(CHUNK.EVENTS, batch.length);
    this.#write(bytesOf(batch.addresses, 0, batch.length));
    this.#write(bytesOf(batch.sites, 0, batch.length));
  }

  /**
   * Writes events that have no address but that of their site, with a line of text for each site.
   *
   * @param numbers Numbers of sites.
   * @param line Gives the line of a site, with its newline.
   */
  addNumbers(numbers: Uint32Array, sites: SiteColumns, line: (site: number) => string): void {
    const known = Math.max(0, this.#sites);
    this.#addSites(sites);
    if (sites.length > known) {
      const lines = Array.from({ length: sites.length - known }, (_, at) => line(known + at)).join("");
      const encoded = new TextEncoder().encode(lines);
      this.#head(CHUNK.LINES, encoded.length);
      this.#write(encoded);
    }
    this.#head(CHUNK.NUMBERS, numbers.length);
    this.#write(bytesOf(numbers, 0, numbers.length));
  }

  #addSites(sites: SiteColumns): void {
    if (this.#sites < 0) this.#write(MAGIC);
    const known = Math.max(0, this.#sites);
    const { length } = sites;
    if (length > known) {
      this.#head(CHUNK.SITES, length - known);
      this.#write(bytesOf(sites.pcs, known, length));
      this.#write(bytesOf(sites.sizes, known, length));
      this.#write(bytesOf(Uint32Array.from(sites.kinds.subarray(known, length)), 0, length - known));
    }
    this.#sites = length;
  }

  #head(kind: number, count: number): void {
    this.#write(bytesOf(Uint32Array.of(kind, count), 0, 2));
  }
}

/** Where an event comes from. */
interface FileSite {
  readonly pc: number;
  readonly size: number;
  readonly kind: number;
  readonly line: string | undefined;
}

/** An event, as read from a file. */
export interface FileEvent {
  /** Address of the instruction, or of the block. */
  readonly pc: number;
  /** Bytes accessed; of an instruction or a block, its own size. */
  readonly size: number;
  /** 1 read, 2 write, 3 both, 4 block, 8 instruction. */
  readonly kind: number;
  /** The address accessed; of an instruction or a block, its own. */
  readonly address: number;
  /** The line of text that the site has, with its newline, if the file has lines. */
  readonly line: string | undefined;
}

/** Reads an event file. @throws {SyntaxError} If it is none, or cut off. */
export function* readEventFile(file: Uint8Array): Generator<FileEvent> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (!MAGIC.every((byte, at) => file[at] === byte)) {
    throw new SyntaxError("Cannot read events: the head is not CERAEVT1");
  }
  const sites: FileSite[] = [];
  let lines = 0;
  for (let at = MAGIC.length; at < file.length;) {
    if (at + 8 > file.length) throw new SyntaxError(`Cannot read events: the chunk at ${at} is cut off`);
    const [kind, count] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const columns = at + 8;
    at = columns + count * (ELEMENT[kind] ?? Infinity);
    if (!(at <= file.length)) throw new SyntaxError(`Cannot read events: the chunk at ${columns - 8} is cut off`);
    if (kind === CHUNK.LINES) {
      for (const line of new TextDecoder().decode(file.subarray(columns, at)).split(/(?<=\n)/)) {
        sites[lines] = { ...sites[lines], line };
        lines++;
      }
      continue;
    }
    for (let index = 0; index < count; index++) {
      if (kind === CHUNK.NUMBERS) {
        const site = sites[view.getUint32(columns + 4 * index, true)];
        yield { ...site, address: site.pc };
        continue;
      }
      const first = view.getFloat64(columns + 8 * index, true);
      const second = view.getUint32(columns + 8 * count + 4 * index, true);
      if (kind === CHUNK.EVENTS) yield { ...sites[second], address: first };
      else {
        const kind = view.getUint32(columns + 12 * count + 4 * index, true);
        sites.push({ pc: first, size: second, kind, line: undefined });
      }
    }
  }
}

const ACCESSES = ["", "r ", "w ", "rw"];

/** An event as a line of text, as the plugin that wrote it has it. */
export function eventLine({ pc, size, kind, address, line }: FileEvent): string {
  if (line !== undefined) return line;
  const place = `0x${pc.toString(16)}`;
  return kind < EVENT.BLOCK ? `${place} ${ACCESSES[kind]} 0x${address.toString(16)} ${size}\n` : `${place} ${size}\n`;
}

/**
 * The binary form of events: what a batch has, column by column, after the sites that are new in it.
 *
 * All numbers are little endian. The file starts with the eight bytes `CERAEVT1`. Then come chunks of an eight-byte head,
 * `kind` (u32) and `count` (u32), and their columns:
 *
 * - kind 1, new sites, numbered on from those before: `count` addresses of instructions or blocks (f64), then `count`
 *   sizes (u32), then `count` kinds (u32): 1 read, 2 write, 3 both, 4 block, 8 instruction;
 * - kind 2, events: `count` addresses (f64), then `count` numbers of sites (u32).
 *
 * Sites that are not the plugin's may be among them; none of its events have their numbers.
 */

import type { EventBatch, EventSites } from "../counters/events.ts";

const MAGIC = new TextEncoder().encode("CERAEVT1");
const CHUNK = { SITES: 1, EVENTS: 2 } as const;

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
  add(batch: EventBatch, sites: EventSites): void {
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
    this.#head(CHUNK.EVENTS, batch.length);
    this.#write(bytesOf(batch.addresses, 0, batch.length));
    this.#write(bytesOf(batch.sites, 0, batch.length));
  }

  #head(kind: number, count: number): void {
    this.#write(bytesOf(Uint32Array.of(kind, count), 0, 2));
  }
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
}

/** Reads an event file. @throws {SyntaxError} If it is none, or cut off. */
export function* readEventFile(file: Uint8Array): Generator<FileEvent> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (!MAGIC.every((byte, at) => file[at] === byte)) {
    throw new SyntaxError("Cannot read events: the head is not CERAEVT1");
  }
  const sites: { readonly pc: number; readonly size: number; readonly kind: number }[] = [];
  for (let at = MAGIC.length; at < file.length;) {
    if (at + 8 > file.length) throw new SyntaxError(`Cannot read events: the chunk at ${at} is cut off`);
    const [kind, count] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const columns = at + 8;
    at = columns + count * (kind === CHUNK.SITES ? 16 : 12);
    if (at > file.length || kind < 1 || kind > 2) {
      throw new SyntaxError(`Cannot read events: the chunk at ${columns - 8} is cut off`);
    }
    for (let index = 0; index < count; index++) {
      const first = view.getFloat64(columns + 8 * index, true);
      const second = view.getUint32(columns + 8 * count + 4 * index, true);
      if (kind === CHUNK.EVENTS) yield { ...sites[second], address: first };
      else sites.push({ pc: first, size: second, kind: view.getUint32(columns + 12 * count + 4 * index, true) });
    }
  }
}

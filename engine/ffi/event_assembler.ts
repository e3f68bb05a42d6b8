/**
 * Writes the machine code of single instructions' records, byte by byte: there are hundreds of thousands of them.
 * Leaves out what instructions share, which is in event_stubs.ts.
 */

import {
  ACCESS_PART,
  accessPieces,
  type AccessRecord,
  type AddressRecipe,
  APPEND,
  blockPieces,
  type CacheLines,
  type EventPlaces,
  type EventPlan,
  fetchPieces,
  type FetchRecord,
  fullPieces,
  hookPieces,
  MOST_SITES,
  repeatPieces,
  RING,
  RING_OMITTED,
  startPieces,
} from "./event_stubs.ts";
import { assemble } from "./stubs.ts";

/** Bytes that a piece with as many records as there may be takes at most; most take a hundred. */
const MOST_BYTES = 1 << 15;

const APPEND_BYTES = assemble(APPEND, 0);
const SITE_AT = APPEND_BYTES.length - 7;

const INSTRUCTION_ADDRESS = Uint8Array.of(0x48, 0x89, 0xf0); // mov rax, rsi

const BEGIN = Uint8Array.of(0x45, 0x89, 0x41, RING.BEFORE); // mov [r9 + BEFORE], r8d

const FINISH = Uint8Array.of(
  ...[0x45, 0x89, 0x01], // mov [r9], r8d
  ...[0x49, 0x89, 0x71, RING.LAST], // mov [r9 + LAST], rsi
  0xc3, // ret
);

/** Writes the pieces of instructions. */
export class EventAssembler {
  readonly #hook: Uint8Array;
  readonly #start: Uint8Array;
  readonly #repeat: Readonly<Record<"rcx" | "ecx", Uint8Array>>;
  readonly #full: Uint8Array;
  readonly #block: Uint8Array;
  readonly #access: Uint8Array | undefined;
  readonly #lines: CacheLines | undefined;
  readonly #code = new Uint8Array(MOST_BYTES);
  readonly #view = new DataView(this.#code.buffer);
  #length = 0;

  /** @param lines Caches by whose lines accesses and fetches are left out; all are recorded without. */
  constructor(places: EventPlaces, lines: CacheLines | undefined) {
    this.#hook = assemble(hookPieces(places), 0);
    this.#start = assemble(startPieces(places), 0);
    this.#repeat = { rcx: assemble(repeatPieces("rcx"), 0), ecx: assemble(repeatPieces("ecx"), 0) };
    this.#full = assemble(fullPieces(places), 0);
    this.#block = assemble(blockPieces(places), 0);
    this.#access = lines && assemble(accessPieces(lines.data), 0);
    this.#lines = lines;
  }

  /** The piece of one instruction. @returns A view that the next call overwrites. */
  assemble({ isHooked, block, execution, fetch, accesses, repeats }: EventPlan): Uint8Array {
    this.#length = 0;
    if (isHooked) this.#bytes(this.#hook);
    this.#bytes(this.#start);
    if (repeats !== undefined) this.#bytes(this.#repeat[repeats]);
    this.#bytes(this.#full);
    if (block !== undefined) this.#site(this.#block, block);
    this.#bytes(BEGIN);
    if (execution !== undefined) {
      this.#bytes(INSTRUCTION_ADDRESS);
      this.#site(APPEND_BYTES, execution);
    }
    if (fetch !== undefined) this.#fetch(fetch);
    const skip = repeats === undefined || accesses.length === 0 ? undefined : this.#skipEmpty(repeats);
    for (const access of accesses) {
      this.#address(access.recipe);
      this.#record(access);
    }
    if (skip !== undefined) this.#view.setUint32(skip, this.#length - skip - 4, true);
    this.#bytes(FINISH);
    return this.#code.subarray(0, this.#length);
  }

  #bytes(bytes: Uint8Array): void {
    this.#code.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #put(a: number, b: number, c: number, d = -1): void {
    this.#code[this.#length++] = a;
    this.#code[this.#length++] = b;
    this.#code[this.#length++] = c;
    if (d >= 0) this.#code[this.#length++] = d;
  }

  #word(value: number): void {
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  /** Code that ends as {@linkcode APPEND} does, for a site. */
  #site(code: Uint8Array, site: number): void {
    this.#bytes(code);
    this.#view.setUint32(this.#length - (APPEND_BYTES.length - SITE_AT), site, true);
  }

  #fetch(fetch: FetchRecord): void {
    if (this.#lines !== undefined) return this.#site(assemble(fetchPieces(fetch, this.#lines.code), 0), fetch.site);
    this.#bytes(INSTRUCTION_ADDRESS);
    this.#site(APPEND_BYTES, fetch.site);
  }

  #record({ site, size }: AccessRecord): void {
    if (this.#access === undefined || site >= MOST_SITES) return this.#site(APPEND_BYTES, site);
    const start = this.#length;
    this.#site(this.#access, site);
    this.#view.setUint32(start + ACCESS_PART.EXTENT, size - 1, true);
    this.#view.setUint32(start + ACCESS_PART.OMITTED, RING_OMITTED + 8 * site, true);
  }

  /** Jumps over the accesses of a REP instruction with nothing to do. @returns Where the jump's distance goes. */
  #skipEmpty(repeats: "rcx" | "ecx"): number {
    this.#put(repeats === "rcx" ? 0x48 : 0x40, 0x83, 0x7a, 0x08); // cmp qword or dword [rdx + 8], 0
    this.#put(0x00, 0x0f, 0x84); // je past them
    this.#word(0);
    return this.#length - 4;
  }

  /** Computes an address into rax; uses rcx. */
  #address({ segment, base, index, scale, displacement, isNarrow, isByteIndex, bit }: AddressRecipe): void {
    const isShort = displacement === BigInt.asIntN(32, displacement);
    if (base !== undefined) this.#put(0x48, 0x8b, 0x42, 8 * base); // mov rax, [rdx + 8 * base]
    else {
      this.#put(0x48, 0xb8, 0, -1); // mov rax, displacement
      this.#length--;
      this.#view.setBigInt64(this.#length, isShort ? 0n : BigInt.asIntN(64, displacement), true);
      this.#length += 8;
    }
    if (index !== undefined) {
      this.#put(0x48, 0x8b, 0x4a, 8 * index); // mov rcx, [rdx + 8 * index]
      if (isByteIndex) this.#put(0x0f, 0xb6, 0xc9); // movzx ecx, cl
      this.#put(0x48, 0x8d, 0x04, Math.log2(scale) << 6 | 0x08); // lea rax, [rax + rcx*scale]
    }
    if (isShort && displacement !== 0n) {
      this.#put(0x48, 0x05, 0); // add rax, displacement
      this.#length--;
      this.#word(Number(displacement));
    }
    if (bit !== undefined) {
      const shift = Math.log2(bit.size);
      this.#put(0x48, 0x8b, 0x4a, 8 * bit.register); // mov rcx, [rdx + 8 * register]
      if (bit.size === 4) this.#put(0x48, 0x63, 0xc9); // movsxd rcx, ecx
      if (bit.size === 2) this.#put(0x48, 0x0f, 0xbf, 0xc9); // movsx rcx, cx
      this.#put(0x48, 0xc1, 0xf9, 3 + shift); // sar rcx, 3 + shift
      this.#put(0x48, 0xc1, 0xe1, shift); // shl rcx, shift
      this.#put(0x48, 0x01, 0xc8); // add rax, rcx
    }
    if (isNarrow) {
      this.#put(0x89, 0xc0, 0); // mov eax, eax
      this.#length--;
    }
    if (segment !== undefined) {
      this.#put(0x48, 0x03, 0x82); // add rax, [rdx + segment]
      this.#word(segment);
    }
  }
}

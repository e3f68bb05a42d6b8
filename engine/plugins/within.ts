/**
 * Parts of the guest's code by name: which addresses they are now. Names are looked up again as images come and go.
 * A name is a symbol's first, then an image's.
 */

import type { CodePart } from "../plugin.ts";
import { type Image, type Symbols, UnknownImageError, UnknownSymbolError } from "../symbols/mod.ts";

type Range = readonly [start: number, end: number];

const RANGE = /^(0x[0-9a-f]+|[0-9]+)-(0x[0-9a-f]+|[0-9]+)$/i;

/** Takes the text of parts apart: `main libc.so.6 0x401000-0x402000`. */
export function readCodeParts(text: string): CodePart[] {
  return text.split(/[\s,;]+/).filter((part) => part !== "").map((part) => {
    const range = RANGE.exec(part);
    return range === null ? part : { from: BigInt(range[1]), to: BigInt(range[2]) };
  });
}

/** Parts of the guest's code. */
export class Within {
  readonly #symbols: Symbols;
  readonly #parts: readonly CodePart[];
  #images: readonly Image[] = [];
  #ranges: readonly Range[] | undefined;

  /**
   * @param parts All code, if there are none.
   * @throws {UnknownSymbolError} If a name is unknown, and the guest maps no images by itself.
   */
  constructor(symbols: Symbols, parts: readonly CodePart[]) {
    this.#symbols = symbols;
    this.#parts = parts;
    const mayCome = symbols.images.some(({ role }) => role === "interpreter");
    if (!mayCome) parts.forEach((part) => this.#resolve(part, false));
  }

  /** Whether it is all code. */
  get isAll(): boolean {
    return this.#parts.length === 0;
  }

  /** Whether an address is within. */
  has(address: number): boolean {
    return this.overlaps(address, address + 1);
  }

  /** Whether a byte of `[start, end)` is within. */
  overlaps(start: number, end: number): boolean {
    return this.isAll || this.#current().some(([from, to]) => start < to && end > from);
  }

  #current(): readonly Range[] {
    const { images } = this.#symbols;
    const isSame = images.length === this.#images.length && images.every((image, at) => image === this.#images[at]);
    if (this.#ranges !== undefined && isSame) return this.#ranges;
    this.#images = [...images];
    return this.#ranges = this.#parts.flatMap((part) => this.#resolve(part, true));
  }

  #resolve(part: CodePart, mayBeMissing: boolean): readonly Range[] {
    if (typeof part !== "string") return [[Number(part.from), Number(part.to)]];
    try {
      if (/[*?]/.test(part)) return this.#symbols.matching(part).map((symbol) => this.#extent(symbol));
      return this.#symbols.findAll(part).map(({ address, symbol }) =>
        symbol === undefined ? [Number(address), Number(address) + 1] : this.#extent(symbol)
      );
    } catch (error) {
      if (!(error instanceof UnknownSymbolError || error instanceof UnknownImageError)) throw error;
      const image = this.#image(part);
      if (image !== undefined) return [[Number(image.start), Number(image.end)]];
      if (mayBeMissing) return [];
      throw error;
    }
  }

  #image(name: string): Image | undefined {
    return this.#symbols.images.find((image) => image.name === name || image.path === name) ??
      this.#symbols.images.find((image) => image.name.startsWith(`${name}.so`));
  }

  #extent(symbol: { readonly address: bigint; readonly size: number; readonly image: Image }): Range {
    const start = Number(symbol.address);
    if (symbol.size > 0) return [start, start + symbol.size];
    const next = symbol.image.symbols().symbols().find(({ address }) => address > symbol.address);
    return [start, Number(next?.address ?? symbol.image.end)];
  }
}

/**
 * The images mapped in a guest now, and their symbols: from an address to a name, and from a name to addresses.
 *
 * The order of names: the program first, then what other images export, in the order they were mapped with the dynamic
 * linker last (it has a `memcpy` of its own, which nobody means), then what is static in them. Source lines come last.
 */

import { UnknownImageError, UnknownLineError, UnknownSymbolError } from "./errors.ts";
import { type Image, onProblemOf } from "./image.ts";
import { type LocationReading, readLocation } from "./location.ts";
import { inlinedPlaces } from "./inlined_places.ts";
import { bodyOf } from "./prologue.ts";
import { globToRegExp } from "./pattern.ts";
import { suggest } from "./suggestions.ts";
import type { ImageLines, SourceLine } from "./lines.ts";
import type { ImageSymbol, SymbolOffset } from "./table.ts";

/** A symbol in an image. */
export interface FoundSymbol {
  /** Its name. */
  readonly name: string;
  /** The image it is in. */
  readonly image: Image;
  /** The address of its start. */
  readonly address: bigint;
  /** Its size in bytes; 0 if the file does not say. */
  readonly size: number;
  /** What it names. */
  readonly kind: ImageSymbol["kind"];
  /** As in {@linkcode ImageSymbol}. */
  readonly isIndirect: boolean;
}

/** Where an address is. */
export interface SymbolAt extends FoundSymbol {
  /** Distance of the address from the symbol's start, in bytes. */
  readonly offset: number;
  /** The source line of the address, looked up when it is asked for; undefined if there is no debug information. */
  readonly source: SourceLine | undefined;
}

/** Made by the million: the source is looked up only when it is asked for. */
class LocatedSymbol implements SymbolAt {
  readonly name: string;
  readonly address: bigint;
  readonly size: number;
  readonly kind: ImageSymbol["kind"];
  readonly isIndirect: boolean;
  readonly image: Image;
  readonly offset: number;
  /** How far before the address is what the source line is of: 1 for a return address. */
  readonly #back: number;

  constructor(image: Image, { symbol, offset }: SymbolOffset, back: number) {
    const { name, address, size, kind, isIndirect } = symbol;
    this.name = name;
    this.image = image;
    this.address = address;
    this.size = size;
    this.kind = kind;
    this.isIndirect = isIndirect;
    this.offset = offset + back;
    this.#back = back;
  }

  get source(): SourceLine | undefined {
    return this.image.lineAt(Number(this.address) + this.offset - this.#back);
  }
}

/** Where a location is. */
export interface FoundLocation {
  /** The address. */
  readonly address: bigint;
  /** The symbol that the location names; undefined for a bare address, an offset in an image, and a line. */
  readonly symbol: FoundSymbol | undefined;
  /** The line that the location names, or the next one that has code. */
  readonly source?: SourceLine;
}

/** What a search takes. */
export interface MatchOptions {
  /** The kinds of symbols to look at; by default functions only. */
  readonly kinds?: readonly ImageSymbol["kind"][];
}

/** How the directory talks back. */
export interface SymbolsOptions {
  /** Told, once an image's symbols or source lines are first used, what could not be read of them. */
  readonly onWarning?: (warning: Error, image: Image) => void;
}

/** The images mapped in a guest now, and their symbols. */
export class Symbols {
  /** In the order they were mapped. */
  readonly #images: Image[] = [];
  /** By address, with their bounds as numbers, for look-ups. */
  #byAddress: readonly { readonly start: number; readonly end: number; readonly image: Image }[] = [];
  readonly #reported = new WeakSet<Image>();
  /** How many problems of an image's lines were reported. */
  readonly #reportedLines = new WeakMap<Image, number>();
  readonly #onWarning: (warning: Error, image: Image) => void;

  /**
   * Starts with no image.
   *
   * @param options How the directory talks back.
   */
  constructor(options: SymbolsOptions = {}) {
    this.#onWarning = options.onWarning ?? (() => {});
  }

  /** The images, in the order they were mapped. */
  get images(): readonly Image[] {
    return this.#images;
  }

  /**
   * Adds an image that was mapped; whatever was mapped there before is gone.
   *
   * @param image The image; if the same file is known to be at the same place, nothing changes.
   */
  add(image: Image): void {
    if (
      this.#images.some(({ path, base, start }) => path === image.path && base === image.base && start === image.start)
    ) return;
    onProblemOf(image, (problem) => this.#onWarning(problem, image));
    this.#change([...this.#images.filter(({ start, end }) => end <= image.start || image.end <= start), image]);
  }

  /**
   * Removes the images that were unmapped: those that the range covers wholly.
   *
   * @param range What was unmapped.
   */
  remove(range: { readonly start: bigint; readonly end: bigint }): void {
    this.#change(this.#images.filter(({ start, end }) => start < range.start || range.end < end));
  }

  /** Removes all images, as execve(2) does. */
  clear(): void {
    this.#change([]);
  }

  /** The image at an address, or undefined if none is mapped there. */
  imageAt(address: bigint | number): Image | undefined {
    const wanted = Number(address);
    const images = this.#byAddress;
    let low = 0;
    let high = images.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (images[middle].start <= wanted) low = middle + 1;
      else high = middle;
    }
    return low > 0 && wanted < images[low - 1].end ? images[low - 1].image : undefined;
  }

  /**
   * The symbol at an address.
   *
   * @param address An address in the guest.
   * @returns The symbol and the distance from its start, or undefined if no symbol covers the address.
   */
  at(address: bigint): SymbolAt | undefined {
    return this.atNumber(Number(address));
  }

  /**
   * The symbol at an address, for callers that look up millions.
   *
   * @param address An address in the guest, below 2^53.
   * @returns As {@linkcode Symbols.at}.
   */
  atNumber(address: number): SymbolAt | undefined {
    return this.#located(address, 0);
  }

  /**
   * The symbol that a return address is in: that of the call, which may be a function's last instruction.
   *
   * @param address Where a call returns to.
   * @returns As {@linkcode Symbols.at}; the source line is that of the call.
   */
  ofReturn(address: bigint): SymbolAt | undefined {
    return this.#located(Number(address) - 1, 1);
  }

  #located(address: number, back: number): SymbolAt | undefined {
    const image = this.imageAt(address);
    const found = image && this.#symbolsOf(image).atNumber(address);
    return image && found && new LocatedSymbol(image, found, back);
  }

  /**
   * The source line of an address.
   *
   * @param address An address in the guest; a number for callers that look up millions.
   * @returns The line, or undefined if there is no debug information for the address.
   */
  lineAt(address: bigint | number): SourceLine | undefined {
    const image = this.imageAt(address);
    const line = image?.lineAt(Number(address));
    if (image !== undefined) this.#reportLines(image);
    return line;
  }

  /** The source line that a debugger takes for an address: of those that begin there, the one that is a statement. */
  statementAt(address: bigint): SourceLine | undefined {
    const image = this.imageAt(address);
    return image && this.#linesOf(image).statementAt(Number(address));
  }

  /** Where a function's own code begins, behind what sets up its frame; any other address is given back. */
  bodyOf(address: bigint): bigint {
    const image = this.imageAt(address);
    return image === undefined ? address : BigInt(bodyOf(image, Number(address)));
  }

  /**
   * An address in words.
   *
   * @param address An address in the guest.
   * @returns `main`, `main+0x10`, `libc.so.6+0x1234` where no symbol is, or `0x1234` where no image is.
   */
  describe(address: bigint): string {
    const found = this.at(address);
    if (found !== undefined) return `${found.name}${found.offset === 0 ? "" : `+0x${found.offset.toString(16)}`}`;
    const image = this.imageAt(address);
    return image === undefined ? `0x${address.toString(16)}` : `${image.name}+0x${(address - image.base).toString(16)}`;
  }

  /**
   * The one place that a location means: if it is ambiguous, the first in the order of names.
   *
   * @param text `main`, `main+0x10`, `libc.so.6:puts+4`, `libc.so.6+0x1234` (from its load bias), `0x401000`, `4198400`,
   *   `file.c:42`, `libc.so.6:malloc.c:42`.
   * @returns The place.
   * @throws {UnknownSymbolError} If no symbol has the name, or {@linkcode UnknownLineError} if it is a line.
   * @throws {UnknownImageError} If no image has the name before the colon.
   * @throws {SyntaxError} If the text is empty.
   */
  find(text: string): FoundLocation {
    return this.findAll(text)[0];
  }

  /**
   * All places that a location may mean: static functions of one name, the same name in several images.
   *
   * A line means the first of its code in each function that it is in; a line without code means the next one that has.
   *
   * @param text As for {@linkcode Symbols.find}.
   * @returns The places in the order of names, at least one.
   * @throws {UnknownSymbolError} If no symbol has the name, or {@linkcode UnknownLineError} if it is a line.
   * @throws {UnknownImageError} If no image has the name before the colon.
   * @throws {SyntaxError} If the text is empty.
   */
  findAll(text: string): readonly FoundLocation[] {
    const readings = readLocation(text);
    for (const reading of readings) {
      const found = this.#resolve(reading);
      if (found.length > 0) return found;
    }
    throw this.#unknown(readings);
  }

  /**
   * The places where a function was inlined, with debug information.
   *
   * Those of libraries, which inline functions that others call by name, count if the image is named or if no image has
   * the function otherwise; those of the dynamic linker, if it is named.
   *
   * @param text The function as for {@linkcode Symbols.find}; anything else is inlined nowhere.
   * @returns Where its code is entered, image by image.
   */
  inlinedPlaces(text: string): readonly bigint[] {
    return readLocation(text).flatMap((reading) => {
      if (reading.kind !== "symbol" || reading.offset !== 0n) return [];
      return this.#mayInline(reading).flatMap((image) => inlinedPlaces(image, reading.name));
    });
  }

  #mayInline({ image: imageName, name }: LocationReading & { kind: "symbol" }): readonly Image[] {
    if (imageName !== undefined) return this.#imageNamed(imageName) === undefined ? [] : [this.image(imageName)];
    const isKnown = this.#named(name).length > 0;
    return this.#images.filter(({ role }) => role === "program" || !isKnown && role === "library");
  }

  /**
   * Where the code of a source line begins: at the start of each run of instructions that are of the line.
   *
   * @param file The file: its path, or as many of its last parts as tell it from others, such as `file.c`.
   * @param line The line, from 1.
   * @returns The addresses, image by image, each in ascending order; none if there is no such file or no such code.
   */
  addressesOfLine(file: string, line: number): readonly bigint[] {
    return this.#images.flatMap((image) => image.lines().startsOf(file, line).map(({ address }) => address));
  }

  /**
   * The symbols whose name matches a pattern.
   *
   * @param pattern A pattern as in a shell, `str*` or `libc.so.6:str*`, or a regular expression for the name.
   * @param options Which symbols to look at.
   * @returns The symbols, image by image, each in ascending order of addresses.
   * @throws {UnknownImageError} If no image has the name before the colon.
   */
  matching(pattern: string | RegExp, options: MatchOptions = {}): readonly FoundSymbol[] {
    const { kinds = ["function"] } = options;
    const [images, expression] = typeof pattern === "string"
      ? this.#splitPattern(pattern)
      : [this.#images, new RegExp(pattern, pattern.flags.replace(/[gy]/g, ""))];
    return images.flatMap((image) =>
      this.#symbolsOf(image).symbols()
        .filter(({ name, kind }) => kinds.includes(kind) && expression.test(name))
        .map((symbol) => toFound(image, symbol))
    );
  }

  /**
   * The image of a name.
   *
   * @param name `libc.so.6`, `libc` for short, or the whole path.
   * @returns The image.
   * @throws {UnknownImageError} If no image has the name.
   */
  image(name: string): Image {
    const image = this.#imageNamed(name);
    if (image !== undefined) return image;
    throw new UnknownImageError(name, suggest(name, this.#images.map((image) => image.name)));
  }

  #change(images: Image[]): void {
    this.#images.splice(0, this.#images.length, ...images);
    this.#byAddress = images
      .map((image) => ({ start: Number(image.start), end: Number(image.end), image }))
      .sort((a, b) => a.start - b.start);
  }

  #symbolsOf(image: Image) {
    const symbols = image.symbols();
    if (!this.#reported.has(image)) {
      this.#reported.add(image);
      for (const warning of image.warnings) this.#onWarning(warning, image);
    }
    return symbols;
  }

  #linesOf(image: Image): ImageLines {
    this.#reportLines(image);
    return image.lines();
  }

  /** Tells what was newly found to be corrupt in an image's debug information. */
  #reportLines(image: Image): void {
    const { problems } = image.lines();
    const known = problems.length === 0 ? 0 : this.#reportedLines.get(image) ?? 0;
    if (problems.length === known) return;
    this.#reportedLines.set(image, problems.length);
    for (const problem of problems.slice(known)) this.#onWarning(problem, image);
  }

  #imageNamed(name: string): Image | undefined {
    return this.#images.find((image) => image.name === name || image.path === name) ??
      this.#images.find((image) => image.name.startsWith(`${name}.so`));
  }

  #resolve(reading: LocationReading): readonly FoundLocation[] {
    if (reading.kind === "address") return [{ address: reading.address, symbol: undefined }];
    if (reading.kind === "line") return this.#resolveLine(reading);
    const { image: imageName, name, offset } = reading;
    const image = imageName === undefined ? undefined : this.#imageNamed(imageName);
    if (imageName !== undefined && image === undefined) return [];
    const found = this.#named(name, image === undefined ? undefined : [image])
      .map((symbol) => ({ address: symbol.address + offset, symbol }));
    if (found.length > 0 || imageName !== undefined || offset === 0n) return found;
    const base = this.#imageNamed(name)?.base;
    return base === undefined ? [] : [{ address: base + offset, symbol: undefined }];
  }

  #resolveLine({ image: imageName, file, line }: LocationReading & { kind: "line" }): readonly FoundLocation[] {
    const image = imageName === undefined ? undefined : this.#imageNamed(imageName);
    if (imageName !== undefined && image === undefined) return [];
    const images = image === undefined ? this.#images : [image];
    const next = Math.min(
      ...images.map((image) => this.#linesOf(image).linesOf(file)?.find((other) => other >= line) ?? Infinity),
    );
    if (next === Infinity) return [];
    const found: FoundLocation[] = [];
    const functions = new Set<bigint | undefined>();
    for (const source of images.flatMap((image) => image.lines().startsOf(file, next))) {
      const start = this.at(source.address)?.address;
      if (start === undefined || !functions.has(start)) {
        found.push({ address: source.address, symbol: undefined, source });
      }
      functions.add(start);
    }
    return found;
  }

  #named(name: string, images = this.#images as readonly Image[]): readonly FoundSymbol[] {
    const found = images.flatMap((image) => this.#symbolsOf(image).named(name).map((symbol) => ({ image, symbol })));
    const rank = ({ image, symbol }: { image: Image; symbol: ImageSymbol }) =>
      image.role === "program" ? 0 : (symbol.isExported ? 1 : 3) + (image.role === "interpreter" ? 1 : 0);
    return found.sort((a, b) => rank(a) - rank(b)).map(({ image, symbol }) => toFound(image, symbol));
  }

  #unknownLine(file: string, line: number): UnknownLineError {
    const lines = this.#images.map((image) => this.#linesOf(image));
    const known = lines.flatMap((of) => of.linesOf(file)?.at(-1) ?? []);
    const names = lines.flatMap((of) => of.fileNames());
    return new UnknownLineError(file, line, known.length > 0 ? Math.max(...known) : undefined, suggest(file, names));
  }

  #splitPattern(pattern: string): readonly [readonly Image[], RegExp] {
    const reading = readLocation(pattern).find((reading) => reading.kind === "symbol" && reading.image !== undefined);
    if (reading?.kind !== "symbol" || reading.image === undefined) return [this.#images, globToRegExp(pattern)];
    return [[this.image(reading.image)], globToRegExp(reading.name)];
  }

  #unknown(readings: readonly LocationReading[]): UnknownSymbolError | UnknownImageError {
    const line = readings.find((reading) => reading.kind === "line");
    if (line !== undefined && (line.image ?? "") === "" && this.#imageNamed(line.file) === undefined) {
      return this.#unknownLine(line.file, line.line);
    }
    const symbols = readings.filter((reading) => reading.kind === "symbol");
    const { image, name } = symbols.findLast((reading) => reading.image !== undefined) ?? symbols.at(-1) ?? symbols[0];
    const images = image === undefined ? this.#images : [this.image(image)];
    const names = images.flatMap((image) => [...this.#symbolsOf(image).names()]);
    return new UnknownSymbolError(name, suggest(name, names), images.length === 1 ? images[0].name : undefined);
  }
}

function toFound(image: Image, { name, address, size, kind, isIndirect }: ImageSymbol): FoundSymbol {
  return { name, image, address, size, kind, isIndirect };
}

/**
 * An image: one ELF file mapped in a guest. Its symbols are read when somebody asks for the first time.
 *
 * The file is opened again then, so that an image holds no file open; if it is another file by now, there are no symbols
 * rather than wrong ones. Leaves out the mapping itself, which is the loader's and the guest's business.
 */

import { basename } from "node:path";
import { CallFrames, DebugSections, DwarfError, type FrameRow } from "../binary/dwarf/mod.ts";
import {
  type ByteSource,
  type ElfImage,
  type ElfSegment,
  FileSource,
  type FunctionSlot,
  parseDebugElf,
  parseElf,
} from "../binary/elf/mod.ts";
import { DEBUG_FOLDERS, findSupplementary } from "./debug_file.ts";
import { loadCallFrames } from "./frames.ts";
import { ImageInfo, sectionsOfFile } from "./info.ts";
import { isFileProblem, type LoadedSymbols, type LoadOptions, loadSymbols } from "./load.ts";
import { ImageLines, type SourceLine } from "./lines.ts";
import { SymbolTable } from "./table.ts";

/** What an image is to the guest. */
export type ImageRole = "program" | "interpreter" | "library";

/** How an image came to be. */
export interface ImageOptions extends LoadOptions {
  /** Its path as the guest knows it. */
  readonly path: string;
  /** Its path on the host; by default the same. */
  readonly hostPath?: string;
  /** The parsed file. */
  readonly elf: ElfImage;
  /** The load bias: what was added to the file's addresses. */
  readonly base: bigint;
  /** What it is to the guest; by default a library. */
  readonly role?: ImageRole;
  /** Its bytes, for an image that is no file of the host. */
  readonly source?: ByteSource;
}

const PAGE_SIZE = 4096n;
const NO_BYTES = new Uint8Array();

/** The debugging entries of an image: functions, variables and types, at the file's addresses; none without -g. */
export let infoOf: (image: Image) => ImageInfo;

/** Says who is told what could not be read of an image's debugging entries, each problem once. */
export let onProblemOf: (image: Image, tell: (problem: Error) => void) => void;

/** One ELF file mapped in a guest. */
export class Image {
  /** Its name as users know it: the last part of its path, such as `libc.so.6`. */
  readonly name: string;
  /** Its path as the guest knows it. */
  readonly path: string;
  /** The load bias: what was added to the file's addresses. */
  readonly base: bigint;
  /** The address of its first page. */
  readonly start: bigint;
  /** The address past its last page. */
  readonly end: bigint;
  /** What it is to the guest. */
  readonly role: ImageRole;
  /** Its loadable segments, at the file's addresses: add {@linkcode Image.base}. */
  readonly segments: readonly ElfSegment[];
  /** The segment that each thread has a copy of, at the file's address; undefined if it has none. */
  readonly threadStorage: ElfSegment | undefined;
  /** Where the image's code begins to run, if it is a program or an interpreter; otherwise it means nothing. */
  readonly entry: bigint;
  readonly #options: ImageOptions;
  #loaded: LoadedSymbols | undefined;
  #frames: CallFrames | undefined;
  #sections: DebugSections | undefined;
  #lines: ImageLines | undefined;
  #info: ImageInfo | undefined;
  #tellProblem: (problem: Error) => void = () => {};
  #slots: readonly FunctionSlot[] | undefined;
  #identity: { readonly buildId: string | undefined; readonly fileSize: number } | undefined;
  #code: readonly { readonly start: number; readonly bytes: Uint8Array }[] | undefined;

  /**
   * Notes where the image is; reads nothing.
   *
   * @param options How the image came to be.
   */
  constructor(options: ImageOptions) {
    const { path, elf, base, role = "library" } = options;
    const segments = elf.loadSegments;
    this.name = basename(path);
    this.path = path;
    this.base = base;
    this.role = role;
    this.segments = segments;
    this.threadStorage = elf.segments.find(({ type }) => type === "tls");
    this.entry = base + elf.entry;
    this.start = base + pageStart(segments[0]?.address ?? 0n);
    this.end = segments.reduce((end, { address, memorySize }) => {
      const segmentEnd = base + pageStart(address + BigInt(memorySize) + PAGE_SIZE - 1n);
      return segmentEnd > end ? segmentEnd : end;
    }, this.start);
    this.#options = options;
  }

  /**
   * The image of which a mapping is a part, when the guest maps a file by itself, as its dynamic linker does.
   *
   * @param mapping The file, and where the guest mapped which part: `address` and `offset` as mmap(2) has them.
   * @returns The image, or undefined if no segment of the file is at the offset.
   * @throws {ElfError} If the file is not ELF, or is corrupt.
   * @throws {Error} As `node:fs` does, if the file cannot be opened.
   */
  static ofMapping(
    mapping: { path: string; hostPath?: string; address: bigint; offset: number } & LoadOptions,
  ): Image | undefined {
    const { path, hostPath = path, address, offset } = mapping;
    using source = new FileSource(hostPath);
    const elf = parseElf(source, path);
    const segment = elf.loadSegments.find((segment) => segment.offset - segment.offset % Number(PAGE_SIZE) === offset);
    if (segment === undefined) return undefined;
    return new Image({ ...mapping, elf, base: address - pageStart(segment.address) });
  }

  /**
   * A file that no guest has mapped, at its own addresses.
   *
   * @param path Its path on the host.
   * @param role What it was or will be to a guest.
   * @throws {ElfError} If the file is not ELF, or is corrupt.
   * @throws {Error} As `node:fs` does, if the file cannot be opened.
   */
  static ofFile(path: string, role: ImageRole = "library"): Image {
    using source = new FileSource(path);
    return new Image({ path, elf: parseElf(source, path), base: 0n, role });
  }

  /**
   * Its symbols, at their addresses in the guest.
   *
   * @returns The symbols; what could not be read is in {@linkcode Image.warnings}.
   */
  symbols(): SymbolTable {
    return this.#load().table;
  }

  /** The slots through which it calls functions, at the file's addresses; none if the file cannot be read again. */
  functionSlots(): readonly FunctionSlot[] {
    return this.#slots ??= this.#reading((elf) => elf.functionSlots()) ?? [];
  }

  /** Path of its file on the host. */
  get hostPath(): string {
    return this.#options.hostPath ?? this.path;
  }

  /** What tells its file from others: the linker's build id, in hexadecimal, and the size in bytes; 0 if it is gone. */
  get identity(): { readonly buildId: string | undefined; readonly fileSize: number } {
    return this.#identity ??= this.#reading((elf, source) => ({ buildId: elf.buildId(), fileSize: source.size })) ??
      { buildId: undefined, fileSize: 0 };
  }

  /**
   * Bytes of its code, as the file has them.
   *
   * @param address Where, at the file's addresses, before the load bias is added.
   * @param size How many.
   * @returns The bytes; fewer where the segment ends or the file is gone. Do not change them.
   */
  fileBytes(address: number, size: number): Uint8Array {
    this.#code ??= this.#reading((_, source) =>
      this.segments.filter(({ executable }) => executable)
        .map(({ address, offset, fileSize }) => ({ start: Number(address), bytes: source.read(offset, fileSize) }))
    ) ?? [];
    const segment = this.#code.find(({ start, bytes }) => start <= address && address < start + bytes.length);
    return segment?.bytes.subarray(address - segment.start, address - segment.start + size) ?? NO_BYTES;
  }

  /** Path of the separate debug file that the symbols came from, if one was found; reads the symbols. */
  get debugFile(): string | undefined {
    return this.#load().debugFile;
  }

  /** Why some symbols could not be read; reads the symbols. */
  get warnings(): readonly Error[] {
    return this.#load().warnings;
  }

  /**
   * How the caller's registers are found at an address: call frame information.
   *
   * @param address An address in the guest, inside the image; for a caller, one less than where it goes on.
   * @returns The row, at the file's addresses; undefined if the file does not have it, or has it corrupt.
   */
  frameRowAt(address: number): FrameRow | undefined {
    this.#frames ??= this.#reading((elf, source, debug) => loadCallFrames(elf, source, debug)) ?? new CallFrames({});
    try {
      return this.#frames.rowAt(address - Number(this.base));
    } catch (error) {
      if (error instanceof DwarfError) return undefined;
      throw error;
    }
  }

  /**
   * The source line of an address.
   *
   * @param address An address in the guest.
   * @returns The line, or undefined if there is no debug information for the address.
   */
  lineAt(address: number): SourceLine | undefined {
    return this.lines().at(address);
  }

  /**
   * Its source lines, at their addresses in the guest.
   *
   * @returns The lines; where there is no debug information, there are none.
   */
  lines(): ImageLines {
    return this.#lines ??= new ImageLines(this.#debugSections(), this.base);
  }

  static {
    infoOf = (image) => {
      const tell = (problem: Error) => image.#tellProblem(problem);
      return image.#info ??= new ImageInfo(image.#debugSections(), image.base, image.#packages(), tell);
    };
    onProblemOf = (image, tell) => void (image.#tellProblem = tell);
  }

  /** Where its split units may be together: beside it, and beside its debug file. */
  #packages(): string[] {
    return [this.hostPath, this.debugFile].flatMap((path) => path === undefined ? [] : [`${path}.dwp`]);
  }

  #debugSections(): DebugSections {
    return this.#sections ??= new DebugSections(
      (name) => this.#debugSection(name),
      () => this.#supplementary(),
    );
  }

  #supplementary(): DebugSections | undefined {
    const path = this.#reading((elf, _, debug) => {
      const { hostPath = this.path, debugFolders = DEBUG_FOLDERS } = this.#options;
      return findSupplementary(debug ?? elf, debug === undefined ? hostPath : this.debugFile ?? hostPath, debugFolders);
    });
    return path === undefined ? undefined : sectionsOfFile(path);
  }

  /** A debug section of the file or, if it has no lines itself, of its debug file. */
  #debugSection(name: string): Uint8Array | undefined {
    return this.#reading((elf, _, debug) => {
      const holder = debug !== undefined && elf.section(".debug_line") === undefined ? debug : elf;
      const section = holder.section(name);
      return section && holder.contents(section);
    });
  }

  /** Opens the file again, and its debug file, for something that is read from them; undefined if that is not possible. */
  #reading<T>(read: (elf: ElfImage, source: ByteSource, debug: ElfImage | undefined) => T): T | undefined {
    const { path, hostPath = path, elf, source } = this.#options;
    const { debugFile } = this;
    try {
      if (source !== undefined) return read(parseElf(source, path), source, undefined);
      using file = new FileSource(hostPath);
      using debug = debugFile === undefined ? undefined : new FileSource(debugFile);
      const again = parseElf(file, path);
      if (!isSame(elf, again)) return undefined;
      return read(again, file, debug && parseDebugElf(debug, debugFile ?? path));
    } catch (error) {
      if (isFileProblem(error)) return undefined;
      throw error;
    }
  }

  #load(): LoadedSymbols {
    return this.#loaded ??= this.#read();
  }

  #read(): LoadedSymbols {
    const { path, hostPath = path, elf, source } = this.#options;
    if (source !== undefined) return loadSymbols(parseElf(source, path), undefined, this.base, this.#options);
    try {
      using file = new FileSource(hostPath);
      const again = parseElf(file, path);
      if (isSame(elf, again)) return loadSymbols(again, hostPath, this.base, this.#options);
      return this.#without(new Error(`Cannot read the symbols of ${path}: the file has changed since it was mapped`));
    } catch (error) {
      if (isFileProblem(error)) return this.#without(error);
      throw error;
    }
  }

  #without(warning: Error): LoadedSymbols {
    return { table: new SymbolTable([], this.base), debugFile: undefined, warnings: [warning] };
  }
}

function pageStart(address: bigint): bigint {
  return address - address % PAGE_SIZE;
}

function isSame(a: ElfImage, b: ElfImage): boolean {
  const identity = ({ header, segments }: ElfImage) =>
    JSON.stringify([header, segments], (_, value) => typeof value === "bigint" ? `${value}` : value);
  return identity(a) === identity(b);
}

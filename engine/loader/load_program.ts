/**
 * Loads a program: the file, its interpreter, scripts' `#!` lines, and the initial stack. See execve(2).
 *
 * Nothing is linked here: the guest's own dynamic linker maps and relocates libraries.
 */

import { type ByteSource, type ElfImage, parseElf } from "../binary/elf/mod.ts";
import { type GuestMemory, pageDown, pageUp } from "../memory/guest_memory.ts";
import { cpuid } from "../arch/x86_64.ts";
import { ProgramError } from "./errors.ts";
import { LOWEST_ADDRESS, MAPPING_TOP, PROGRAM_BASE } from "./layout.ts";
import { imageSpan, mapImage } from "./map_image.ts";
import { AT, buildStack, type InitialStack } from "./stack.ts";

/** A file opened for running. */
export interface ProgramFile extends ByteSource {
  /** Host descriptor, for mapping. */
  readonly descriptor: number;
  close(): void;
}

/** What to run, and as whom. */
export interface ProgramRequest {
  /** The guest's path of the program. */
  readonly path: string;
  readonly arguments: readonly Uint8Array[];
  readonly environment: readonly Uint8Array[];
  /** 16 bytes. */
  readonly random: Uint8Array;
  readonly user: { readonly uid: number; readonly euid: number; readonly gid: number; readonly egid: number };
  /**
   * Opens a regular, executable file by its guest path.
   *
   * @throws {ProgramError} If there is none.
   */
  open(path: string): ProgramFile;
}

/** An image that was mapped. */
export interface LoadedImage {
  readonly path: string;
  readonly elf: ElfImage;
  readonly base: number;
  readonly role: "program" | "interpreter";
}

/** A program ready to run. */
export interface LoadedProgram extends InitialStack {
  /** Address of the first instruction to execute. */
  readonly entry: number;
  /** Address of the program's own entry point. */
  readonly programEntry: number;
  readonly images: readonly LoadedImage[];
  /** Where the heap starts. */
  readonly heapStart: number;
  /** The guest's path of the file that runs; a script's interpreter. */
  readonly executable: string;
}

const SCRIPT_DEPTH = 4;
const ELOOP = 40;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Follows `#!` lines to a binary. */
function openBinary(request: ProgramRequest): { path: string; file: ProgramFile; arguments: readonly Uint8Array[] } {
  let path = request.path;
  let list = request.arguments;
  for (let depth = 0; depth <= SCRIPT_DEPTH; depth++) {
    const file = request.open(path);
    const start = file.read(0, Math.min(256, file.size));
    if (start[0] !== 0x23 || start[1] !== 0x21) return { path, file, arguments: list };
    file.close();
    const line = decoder.decode(start).slice(2).split("\n", 1)[0].trim();
    const [, interpreter, argument] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    if (interpreter === undefined) throw new ProgramError(path, "its #! line names no interpreter");
    const words = [interpreter, ...(argument ? [argument] : []), path];
    list = [...words.map((text) => encoder.encode(text)), ...list.slice(1)];
    path = interpreter;
  }
  throw new ProgramError(request.path, `its #! lines lead through more than ${SCRIPT_DEPTH} scripts`, ELOOP);
}

/** A file that was opened and parsed. */
interface OpenedImage {
  readonly path: string;
  readonly file: ProgramFile;
  readonly elf: ElfImage;
}

/** A program that can be mapped: its files are open until it is closed. */
export interface PreparedProgram extends Disposable {
  readonly request: ProgramRequest;
  readonly program: OpenedImage;
  readonly interpreter: OpenedImage | undefined;
  /** Those of the request, or those that scripts make of them. */
  readonly arguments: readonly Uint8Array[];
}

/**
 * Opens a program and its interpreter.
 *
 * @throws {ProgramError} If a file is missing or cannot be run.
 * @throws {ElfError} If a file is not a program for this CPU, or is corrupt.
 */
export function prepareProgram(request: ProgramRequest): PreparedProgram {
  using opened = new DisposableStack();
  const binary = openBinary(request);
  opened.defer(() => binary.file.close());
  const elf = parseElf(binary.file, binary.path);
  elf.checkProgram();
  programBase(elf);
  const interpreter = elf.interpreter === undefined ? undefined : openInterpreter(request, elf.interpreter);
  if (interpreter !== undefined) opened.defer(() => interpreter.file.close());
  const taken = opened.move();
  return {
    request,
    program: { path: binary.path, file: binary.file, elf },
    interpreter,
    arguments: binary.arguments,
    [Symbol.dispose]: () => taken.dispose(),
  };
}

/**
 * Maps a program into an empty guest.
 *
 * @throws {ProgramError} If the host cannot map it, or its arguments are too long.
 */
export function mapProgram(memory: GuestMemory, prepared: PreparedProgram): LoadedProgram {
  const { request } = prepared;
  const { path, file, elf } = prepared.program;
  const base = programBase(elf);
  const end = mapImage(memory, elf, file.descriptor, base);
  const program: LoadedImage = { path, elf, base, role: "program" };
  const interpreter = prepared.interpreter && mapInterpreter(memory, prepared.interpreter);
  const programEntry = base + Number(elf.entry);
  const auxiliary = auxiliaryVector(program, interpreter, programEntry, request.user);
  const name = encoder.encode(request.path);
  const stack = buildStack(memory, { ...request, arguments: prepared.arguments, path: name, auxiliary });
  return {
    ...stack,
    entry: interpreter === undefined ? programEntry : interpreter.base + Number(interpreter.elf.entry),
    programEntry,
    images: interpreter === undefined ? [program] : [program, interpreter],
    heapStart: pageUp(end),
    executable: path,
  };
}

/** Opens a program and maps it into an empty guest: {@linkcode prepareProgram}, {@linkcode mapProgram}. */
export function loadProgram(memory: GuestMemory, request: ProgramRequest): LoadedProgram {
  using prepared = prepareProgram(request);
  return mapProgram(memory, prepared);
}

function programBase(elf: ElfImage): number {
  const first = pageDown(Number(elf.loadSegments[0].address));
  const base = elf.isPositionIndependent ? PROGRAM_BASE - first : 0;
  const start = base + first;
  if (start < LOWEST_ADDRESS || start + imageSpan(elf) > MAPPING_TOP) {
    const range = `0x${start.toString(16)}-0x${(start + imageSpan(elf)).toString(16)}`;
    throw new ProgramError(elf.file, `its segments take ${range}, which is outside of what a guest may use`);
  }
  return base;
}

function openInterpreter(request: ProgramRequest, path: string): OpenedImage {
  let file: ProgramFile;
  try {
    file = request.open(path);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new ProgramError(request.path, `its interpreter is missing; ${error.message}`, error.errno);
  }
  try {
    return { path, file, elf: parseElf(file, path) };
  } catch (error) {
    file.close();
    throw error;
  }
}

function mapInterpreter(memory: GuestMemory, { path, file, elf }: OpenedImage): LoadedImage {
  const first = pageDown(Number(elf.loadSegments[0].address));
  const base = memory.regions.findFree(imageSpan(elf), LOWEST_ADDRESS, MAPPING_TOP);
  if (base === undefined) throw new ProgramError(path, "there is no room for it");
  mapImage(memory, elf, file.descriptor, base - first);
  return { path, elf, base: base - first, role: "interpreter" };
}

function auxiliaryVector(
  program: LoadedImage,
  interpreter: LoadedImage | undefined,
  entry: number,
  user: ProgramRequest["user"],
): (readonly [number, number])[] {
  const { elf, base } = program;
  const [, , , features] = cpuid(1, 0);
  const { programHeaderOffset, programHeaderCount, programHeaderSize } = elf.header;
  const holder = elf.loadSegments.find(({ offset, fileSize }) =>
    offset <= programHeaderOffset && programHeaderOffset + programHeaderCount * programHeaderSize <= offset + fileSize
  );
  const headers = holder === undefined ? 0 : base + Number(holder.address) + programHeaderOffset - holder.offset;
  return [
    [AT.HWCAP, features >>> 0],
    [AT.PAGESZ, 4096],
    [AT.CLKTCK, 100],
    [AT.PHDR, headers],
    [AT.PHENT, programHeaderSize],
    [AT.PHNUM, programHeaderCount],
    [AT.BASE, interpreter?.base ?? 0],
    [AT.FLAGS, 0],
    [AT.ENTRY, entry],
    [AT.UID, user.uid],
    [AT.EUID, user.euid],
    [AT.GID, user.gid],
    [AT.EGID, user.egid],
    [AT.SECURE, 0],
    [AT.HWCAP2, 0],
    [AT.MINSIGSTKSZ, 2048],
  ];
}

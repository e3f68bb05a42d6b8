/**
 * `ceratops disasm` and `ceratops symbols`: what is in a file, at the addresses where a run has it, without running it.
 *
 * The program's interpreter is mapped too, other libraries are not: name a library itself to see into it.
 */

import { Emulator, type Image, type Instruction, suggest } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import { findProgram } from "./find_program.ts";
import type { Output } from "./output.ts";

/** Instructions that are shown where no symbol says how many there are. */
const DEFAULT_COUNT = 16;
const LONGEST = 15;

/** Maps a file; unlike a program to run, one in the working directory needs no slash. */
function load(program: string): Emulator {
  const path = findProgram(program, { path: Deno.env.get("PATH"), cwd: Deno.cwd(), anyFile: true });
  return Emulator.open({ program: path, name: program });
}

/**
 * Disassembles code of a program.
 *
 * @param location Where to begin: a symbol, `symbol+0x10`, `image:symbol`, an address; by default `main`, or the entry.
 * @param count Instructions to show; by default all of the symbol at its start.
 * @throws {UnknownSymbolError} If there is no such symbol.
 */
export function disassemble(
  output: Output,
  program: string,
  location: string | undefined,
  options: { readonly count?: number | undefined; readonly bytes?: true | undefined },
): void {
  using emulator = load(program);
  const { symbols } = emulator;
  const address = location !== undefined ? symbols.find(location).address : defaultPlace(emulator);
  const symbol = symbols.at(address);
  const end = symbol === undefined || symbol.size === 0 ? undefined : symbol.address + BigInt(symbol.size);
  const most = options.count ?? (end === undefined ? DEFAULT_COUNT : Number(end - address));
  const instructions = emulator.disassemble(address, most)
    .filter(({ address }) => options.count !== undefined || end === undefined || address < end);
  if (instructions.length === 0) {
    throw new CommandLineError(
      `Cannot disassemble at 0x${address.toString(16)}: no code is mapped there`,
      STATUS.failed,
    );
  }
  for (const instruction of instructions) {
    const at = symbols.at(instruction.address);
    if (at?.offset === 0) output.write(`${at.name}:\n`);
    else if (instruction === instructions[0]) output.write(`${symbols.describe(address)}:\n`);
    output.write(`${line(instruction, options.bytes !== undefined, emulator)}\n`);
  }
}

function defaultPlace({ symbols, entry }: Emulator): bigint {
  const main = symbols.images.find(({ role }) => role === "program")?.symbols().named("main")[0];
  return main?.address ?? entry;
}

function line({ address, bytes, mnemonic, operands }: Instruction, withBytes: boolean, { symbols }: Emulator): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const target = /^(?:call|j\w+)$/.test(mnemonic) && /^0x[0-9a-f]+$/.test(operands) ? BigInt(operands) : undefined;
  const note = target === undefined || symbols.at(target) === undefined ? "" : `  # ${symbols.describe(target)}`;
  const text = `  0x${address.toString(16)}  ${withBytes ? `${hex.padEnd(LONGEST * 2)}  ` : ""}${mnemonic} ${operands}`;
  return text.trimEnd() + note;
}

/**
 * Lists the symbols of a program, by address.
 *
 * @param pattern Names to list: a pattern as in a shell; by default all.
 * @throws {CommandLineError} If there is none to list.
 */
export function listSymbols(output: Output, program: string, pattern: string | undefined): void {
  using emulator = load(program);
  const image = emulator.symbols.images.find(({ role }) => role === "program");
  if (image === undefined) throw new CommandLineError(`Cannot list the symbols of ${program}: it has no image`);
  const wanted = pattern === undefined ? undefined : new Set(
    emulator.symbols.matching(`${image.name}:${pattern}`, { kinds: ["function", "object", "stub", "label"] })
      .map(({ name }) => name),
  );
  const rows = image.symbols().symbols().filter(({ name }) => wanted === undefined || wanted.has(name));
  if (rows.length === 0) throw new CommandLineError(noSymbols(image, pattern), STATUS.failed);
  for (const { address, size, kind, name } of rows) {
    output.write(`0x${address.toString(16)} ${String(size).padStart(7)}  ${kind.padEnd(8)}  ${name}\n`);
  }
}

function noSymbols(image: Image, pattern: string | undefined): string {
  if (pattern === undefined) return `Cannot list the symbols of ${image.path}: it is stripped and exports none`;
  const near = suggest(pattern, image.symbols().names());
  const advice = near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
  return `Cannot list ${pattern}: ${image.path} has no such symbol${advice}`;
}

/**
 * What commands take as an address or a place: a symbol, a gdb expression, or TypeScript that comes to a number.
 */

import { GuestMemoryError, type Location, UnknownImageError, UnknownSymbolError } from "../../mod.ts";
import { hex } from "../views/hex.ts";
import { addressOfValue, interpretC } from "./c_value.ts";
import { CommandError } from "./errors.ts";
import { evaluateExpression, UnknownNameError } from "./expression.ts";
import { registerValue } from "./registers.ts";
import type { Session } from "./session.ts";

/** The address of a symbol or `image:symbol+offset`, or undefined. */
function symbolAddress(session: Session, text: string): bigint | undefined {
  try {
    return session.emulator.symbols.find(text).address;
  } catch (error) {
    if (error instanceof UnknownSymbolError || error instanceof UnknownImageError) return undefined;
    throw error;
  }
}

/**
 * The value of an expression of gdb's.
 *
 * @returns The value, or why it is none: then it may be TypeScript.
 * @throws {CommandError} If it reads memory that is not mapped.
 */
export function expressionValue(session: Session, text: string): bigint | Error {
  const { emulator } = session;
  if (/^[A-Za-z_.][^\s$()*]*$/.test(text)) {
    const address = symbolAddress(session, text);
    if (address !== undefined) return address;
  }
  try {
    return evaluateExpression(text, {
      register: (name) => name === "bpnum" ? BigInt(session.attachments.lastNumber) : registerValue(emulator.cpu, name),
      symbol: (name) => symbolAddress(session, name),
      word: (address) => emulator.memory.u64(address),
    });
  } catch (error) {
    if (error instanceof GuestMemoryError) throw new CommandError(error.message);
    if (!(error instanceof SyntaxError || error instanceof UnknownNameError || error instanceof RangeError)) {
      throw error;
    }
    return error;
  }
}

/**
 * The value of an expression in a command.
 *
 * @throws {CommandError} If it means nothing; the message has what it may have been.
 */
export async function addressOf(session: Session, text: string): Promise<bigint> {
  const found = interpretC(session, text);
  const address = found !== undefined && "value" in found ? addressOfValue(found.value) : undefined;
  if (address !== undefined) return address;
  const problem = expressionValue(session, text);
  if (typeof problem === "bigint") return problem;
  const outcome = await session.evaluator.evaluate(text);
  if (outcome.kind === "value") {
    const { value } = outcome;
    if (typeof value === "bigint") return BigInt.asUintN(64, value);
    if (typeof value === "number" && Number.isInteger(value)) return BigInt.asUintN(64, BigInt(value));
    throw new CommandError(`Cannot use \`${text}\` as an address: it is no integer`);
  }
  return refuse(session, problem);
}

/** Throws what is wrong with an expression; for a misspelt symbol, with what it may have been. */
export function refuse(session: Session, problem: Error): never {
  if (problem instanceof UnknownNameError && !problem.unknown.startsWith("$")) {
    session.emulator.symbols.find(problem.unknown);
  }
  throw new CommandError(problem.message);
}

/**
 * A place to attach something: names stay names, so that they are looked up again in the next run.
 *
 * @throws {CommandError} If it is no place.
 */
export async function locationOf(session: Session, text: string): Promise<Location> {
  const pattern = /^\/(.+)\/([imsuv]*)$/.exec(text);
  if (pattern !== null) return new RegExp(pattern[1], pattern[2]);
  if (text.startsWith("*")) return await addressOf(session, text.slice(1));
  if (/^\d+$/.test(text)) return lineHere(session, Number(text));
  if (/^0x[0-9a-f]+$/i.test(text)) return BigInt(text);
  return text.includes("$") ? await addressOf(session, text) : text;
}

/** A line of the file at hand: of the selected frame or, before there is one, of `main`. */
function lineHere(session: Session, line: number): string {
  const main = symbolAddress(session, "main");
  const { symbols } = session.emulator;
  const source = session.selection.current?.source ?? (main === undefined ? undefined : symbols.statementAt(main));
  if (source !== undefined) return `${source.file}:${line}`;
  throw new CommandError(`Cannot use ${line} as a place: no source file is known here; write *${line} for an address`);
}

/** Throws if nothing is mapped at an address. @throws {CommandError} With what to do. */
export function requireMapped(session: Session, address: bigint): void {
  if (address < 1n << 40n && session.emulator.memory.allows(Number(address), 1, 1)) return;
  throw new CommandError(`Cannot access memory at address ${hex(address)}: nothing is mapped there; see \`maps\``);
}

/** Expressions of C in commands: what they come to, or nothing where they are no such expressions. */

import { type DebugValue, DebugValueError, type Evaluated, GuestMemoryError, UnknownVariableError } from "../../mod.ts";
import { CommandError } from "./errors.ts";
import type { Session } from "./session.ts";

/** A name that is none of a register: without one, an expression needs no debug information. */
const NAMED = /(?<![\w$.])(?:::)?[A-Za-z_]\w*|\$\d+|\$\$?(?!\w)|"/;
/** A number as C has it, whose letters are no names. */
const NUMBER = /(?<![\w$])(?:0x[0-9a-f]+|\d[\w.]*)/gi;

/** Whether an expression names something that is none of a register. */
export function isNamed(text: string): boolean {
  return NAMED.test(text.replace(NUMBER, "0"));
}

/**
 * What a text comes to as an expression of C over variables.
 *
 * @returns The value or type; undefined if the text is no such expression or names what no variable is called.
 * @throws {CommandError} If it is one, but its value cannot be had.
 */
export function interpretC(session: Session, text: string): Evaluated | undefined {
  if (session.isRunning || !isNamed(text)) return undefined;
  try {
    return present(session.selection.interpret(text));
  } catch (error) {
    return refused(error);
  }
}

/** As {@linkcode interpretC}, but the expression may call functions of the guest. */
export async function interpretCalls(session: Session, text: string): Promise<Evaluated | undefined> {
  if (session.isRunning || !isNamed(text)) return undefined;
  try {
    return present(await session.selection.interpretWithCalls(text));
  } catch (error) {
    if (error instanceof Error && /^Cannot (?:finish the )?call/.test(error.message)) {
      throw new CommandError(`${error.message}; its registers are as they were before`);
    }
    return refused(error);
  }
}

/** A value that is not there is a mistake; parts of one are shown as such. */
function present(found: Evaluated): Evaluated {
  if ("value" in found && found.value.address !== undefined) void found.value.bytes;
  return found;
}

/** Throws a mistake for the user; an expression that is none of C is no mistake. */
function refused(error: unknown): undefined {
  if (error instanceof SyntaxError || error instanceof UnknownVariableError) return undefined;
  if (error instanceof GuestMemoryError) {
    throw new CommandError(`Cannot access memory at address 0x${error.address.toString(16)}`);
  }
  if (error instanceof DebugValueError) throw new CommandError(error.message);
  throw error;
}

/** Throws what is wrong with an expression of C that is no TypeScript: a name that means nothing. */
export function refuseC(session: Session, text: string): void {
  try {
    session.selection.interpret(text);
  } catch (error) {
    if (error instanceof UnknownVariableError) throw new CommandError(error.message);
    if (!(error instanceof Error)) throw error;
  }
}

/** The address that a value means where a command wants one: an array's own, a pointer's value. */
export function addressOfValue(value: DebugValue): bigint | undefined {
  const { kind } = value.bare;
  const isOwn = kind === "array" || kind === "structure" || kind === "class" || kind === "union" || kind === "function";
  if (isOwn) return value.address;
  return kind === "reference" || kind === "rvalue reference" ? value.unsigned : BigInt.asUintN(64, value.integer);
}

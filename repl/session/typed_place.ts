/**
 * Places in memory with a size, as gdb's users write them: `{int}0x404040`, `*(char *)$rdi`, `*0x404040`, `counter`.
 *
 * Leaves out types with members: a name is as long as its symbol says.
 */

import { addressOf } from "./address.ts";
import { CommandError } from "./errors.ts";
import type { Session } from "./session.ts";
import { sizeAt } from "./watch_targets.ts";

/** Sizes of C's types, on x86-64 Linux; System V ABI, AMD64 supplement, 3.1.2. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ char: 1, bool: 1, _Bool: 1, short: 2, int: 4, long: 8, float: 4, double: 8, size_t: 8, ssize_t: 8 },
  ...{ int8_t: 1, uint8_t: 1, int16_t: 2, uint16_t: 2, int32_t: 4, uint32_t: 4, int64_t: 8, uint64_t: 8 },
};
/** gdb's letters. */
const LETTERS: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };
/** A symbol, perhaps of an image, perhaps with an offset. */
export const NAME = /^[A-Za-z_.][\w@.]*(?::[A-Za-z_.][\w@.]*)?(?:\+(?:0x[0-9a-f]+|\d+))?$/i;

/** A place. */
export interface TypedPlace {
  /** The symbol, if it is one: it is looked up again in the next run. */
  readonly symbol?: string;
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** Whether its bytes are a floating-point number. */
  readonly isFloat: boolean;
}

/** The size of a type such as `unsigned int` or `char *`; undefined if it is none. */
function sizeOfType(type: string): number | undefined {
  if (type.trim().endsWith("*")) return 8;
  const words = type.split(/\s+/).filter((word) => !/^(?:unsigned|signed|const|volatile|)$/.test(word));
  if (words.length === 0) return 4;
  return words.length > 1 && words[0] === "long" ? 8 : SIZES[words[0]];
}

/** Reads `8`, `w`: a size in bytes. @throws {CommandError} If it is none. */
export function sizeOf(text: string): number {
  const size = LETTERS[text] ?? Number(text);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new CommandError(`Cannot read the size ${text}: bytes are wanted, such as 4, or one of b, h, w, g`);
}

/**
 * Reads a place.
 *
 * @param size Its size, if that is said elsewhere.
 * @throws {CommandError} If it is none.
 */
export async function typedPlace(session: Session, text: string, size?: number): Promise<TypedPlace> {
  const typed = /^\{([^}]*)\}\s*(.+)$/s.exec(text) ?? /^\*\s*\(([\w\s]+?)\s*\*\s*\)\s*(.+)$/s.exec(text);
  if (typed !== null) {
    const length = sizeOfType(typed[1]);
    if (length === undefined) {
      throw new CommandError(
        `There is no type \`${typed[1]}\` here: int, char, short, long, double and the like are known`,
      );
    }
    const isFloat = /^(?:float|double)$/.test(typed[1].trim());
    return { address: await addressOf(session, typed[2]), size: size ?? length, isFloat };
  }
  const expression = text.replace(/^[*&]\s*/, "");
  const address = await addressOf(session, expression);
  const isName = NAME.test(expression);
  const length = size ?? sizeAt(isName ? session.emulator.symbols.at(address) : undefined);
  return { ...(isName ? { symbol: expression } : {}), address, size: length, isFloat: false };
}

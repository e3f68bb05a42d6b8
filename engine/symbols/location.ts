/**
 * The text of a location, taken apart: `main`, `main+0x10`, `libc.so.6:puts+4`, `libc.so.6+0x1234`, `0x401000`, `file.c:42`.
 *
 * Only the grammar: whether the names mean anything is found out elsewhere. Numbers are hexadecimal with `0x`, otherwise
 * decimal. A name may hold anything, `::`, `+` and `@` included: a longer name comes before a shorter one with an offset,
 * and any symbol before a source line.
 */

/** One way to read a location. */
export type LocationReading =
  | { readonly kind: "address"; readonly address: bigint }
  | {
    readonly kind: "symbol";
    /** The image's name, if it was given. */
    readonly image: string | undefined;
    /** The symbol's name. */
    readonly name: string;
    /** What is added to the symbol's address; may be negative. */
    readonly offset: bigint;
  }
  | {
    readonly kind: "line";
    /** The image's name, if it was given. */
    readonly image: string | undefined;
    /** The source file: its path, or its last parts. */
    readonly file: string;
    /** The line, from 1. */
    readonly line: number;
  };

const NUMBER = /^(?:0x[0-9a-f]+|[0-9]+)$/i;
const OFFSET = /^(.+?)\s*([+-])\s*(0x[0-9a-f]+|[0-9]+)$/i;
/** A colon that is not part of `::`. */
const IMAGE = /^(.*?[^:]):(?!:)(.+)$/;
/** A file and a line, with an image before them or without. */
const LINE = /^(?:([^:]+):)?([^:]+):([1-9][0-9]{0,8})$/;

/**
 * Takes the text of a location apart.
 *
 * @param text What the user wrote.
 * @returns The ways to read it, the likeliest first.
 * @throws {SyntaxError} If the text is empty.
 */
export function readLocation(text: string): readonly LocationReading[] {
  const trimmed = text.trim();
  if (trimmed === "") throw new SyntaxError("Cannot read the location: it is empty");
  if (NUMBER.test(trimmed)) return [{ kind: "address", address: BigInt(trimmed) }];
  const offset = OFFSET.exec(trimmed);
  const whole = readName(trimmed, 0n);
  if (offset === null) return [...whole, ...readLine(trimmed)];
  const distance = BigInt(offset[3]);
  return [...whole, ...readName(offset[1], offset[2] === "-" ? -distance : distance)];
}

function readName(name: string, offset: bigint): readonly LocationReading[] {
  const whole = { kind: "symbol", image: undefined, name, offset } as const;
  const parts = IMAGE.exec(name);
  return parts === null ? [whole] : [whole, { kind: "symbol", image: parts[1], name: parts[2], offset }];
}

function readLine(text: string): readonly LocationReading[] {
  const parts = LINE.exec(text);
  return parts === null ? [] : [{ kind: "line", image: parts[1], file: parts[2], line: Number(parts[3]) }];
}

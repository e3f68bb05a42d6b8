/** `search`: where bytes are in memory; gdb's `find`. */

import { CommandError } from "../session/errors.ts";
import { place } from "../views/hex.ts";
import type { Command } from "./command.ts";

const MOST = 50;

/** `"text"`, `0x1234` (as a little-endian word of as many bytes as are written) or `de ad be ef`. */
export function patternBytes(text: string): Uint8Array {
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  if (quoted !== null) return new TextEncoder().encode(quoted[2]);
  const number = /^0x([0-9a-f]{1,16})$/i.exec(text);
  if (number !== null) {
    const digits = number[1].length % 2 === 0 ? number[1] : `0${number[1]}`;
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)).reverse();
  }
  if (/^(?:[0-9a-f]{2}\s*)+$/i.test(text)) {
    return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => parseInt(pair, 16));
  }
  throw new CommandError(`Cannot search for \`${text}\`: write "text", 0x1234 or bytes such as de ad be ef`);
}

/** Offsets of a pattern in bytes. */
export function* occurrences(bytes: Uint8Array, pattern: Uint8Array): Generator<number> {
  for (let at = bytes.indexOf(pattern[0]); at >= 0; at = bytes.indexOf(pattern[0], at + 1)) {
    if (pattern.every((byte, index) => bytes[at + index] === byte)) yield at;
  }
}

export const search: Command = {
  name: "search",
  aliases: ["find"],
  usage: 'search "TEXT" | NUMBER | BYTES',
  summary: "Find where bytes are in memory",
  details: "A number is looked for as it is in memory, the lowest byte first. Only what is mapped now is searched.",
  example: 'search "ELF"',
  run(session, text) {
    const pattern = patternBytes(text);
    if (pattern.length === 0) throw new CommandError("Cannot search for nothing");
    const { memory } = session.emulator;
    const lines: string[] = [];
    for (const { start, end, protection, name } of memory.regions.list()) {
      if (protection === 0) continue;
      for (const at of occurrences(memory.view(start, end - start), pattern)) {
        if (lines.length >= MOST) break;
        lines.push(`${place(BigInt(start + at), session.describe)}  ${name}`.trimEnd());
      }
    }
    session.out.print(lines.length === 0 ? "Pattern not found." : lines);
  },
  complete: () => [],
};

/** What changed in watched memory, as gdb says it: the old and the new value. */

import { hexdumpLines } from "./hexdump.ts";

/** A value of up to eight bytes: decimal, and hexadecimal unless that is the same; more bytes as a dump. */
function valueLines(bytes: Uint8Array): string[] {
  if (![1, 2, 4, 8].includes(bytes.length)) return hexdumpLines(bytes, 0n, 4);
  const bits = [...bytes].reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
  const signed = BigInt.asIntN(bytes.length * 8, bits);
  return [signed >= 0n && signed < 10n ? String(signed) : `${signed} (0x${bits.toString(16)})`];
}

function labelled(label: string, bytes: Uint8Array): string[] {
  const lines = valueLines(bytes);
  return lines.length === 1 ? [`${label} = ${lines[0]}`] : [`${label}:`, ...lines.map((line) => `  ${line}`)];
}

/** Lines for the bytes before and after an access. */
export function changeLines(before: Uint8Array, after: Uint8Array): string[] {
  const isSame = before.length === after.length && before.every((byte, index) => byte === after[index]);
  return isSame ? labelled("Value", after) : [...labelled("Old value", before), ...labelled("New value", after)];
}

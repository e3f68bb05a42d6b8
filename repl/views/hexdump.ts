/** Bytes as hexdump -C writes them: address, sixteen bytes, their characters. */

/** Lines of sixteen bytes; equal lines are not squeezed. */
export function hexdumpLines(bytes: Uint8Array, address = 0n, limit = 16): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length && lines.length < limit; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const cells = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const halves = [cells.slice(0, 8).join(" "), cells.slice(8).join(" ")];
    const text = row.map((byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".").join("");
    const offset = (address + BigInt(at)).toString(16).padStart(8, "0");
    lines.push(`${offset}  ${halves[0].padEnd(23)}  ${halves[1].padEnd(23)}  |${text}|`);
  }
  if (bytes.length > limit * 16) lines.push(`... ${bytes.length - limit * 16} bytes more`);
  return lines;
}

/** The rows of line tables, as they are read here and as objdump prints them. */

import type { DebugSections } from "../../../engine/binary/dwarf/mod.ts";
import { nextLineHeader, readLineHeader } from "../../../engine/binary/dwarf/line_header.ts";
import { LINE_FLAG, runLineProgram } from "../../../engine/binary/dwarf/line_program.ts";
import { baseName } from "../../../engine/binary/dwarf/source_paths.ts";
import { readUnits } from "../../../engine/binary/dwarf/units.ts";
import { tool } from "./tools.ts";

/** Every row of every line program, as `objdump --dwarf=decodedline` words it: file, line, address, statement. */
export function rowsOf(sections: DebugSections): string[] {
  const { units } = readUnits(sections);
  const rows: string[] = [];
  for (let at = 0; at < sections.bytes(".debug_line").length; at = nextLineHeader(sections, at)) {
    const header = readLineHeader(sections, at, units.find(({ lineOffset }) => lineOffset === at)?.directory);
    const { count, addresses, files, lines, flags } = runLineProgram(sections, header);
    for (let row = 0; row < count; row++) {
      const isEnd = (flags[row] & LINE_FLAG.isEnd) !== 0;
      const isStatement = (flags[row] & LINE_FLAG.isStatement) !== 0 && !isEnd;
      const file = baseName(header.files[files[row]]?.name ?? "?");
      rows.push([file, isEnd ? "-" : lines[row], addresses[row].toString(16), isStatement ? "x" : ""].join(" "));
    }
  }
  return rows;
}

/** The same from objdump: columns are name, line, address, an operation of VLIW machines, view, statement, end. */
export async function objdumpRows(path: string): Promise<string[]> {
  const row = /^(\S.*?) +(\d+|-) +(?:0x([0-9a-f]+)|(0))(?: +\[\d+\])?(?: +\d+)?(?: +(x))?(?: +END)?\s*$/;
  return (await tool("objdump", "--wide", "--dwarf=decodedline", "-WN", path) ?? "").split("\n").flatMap((line) => {
    const found = row.exec(line);
    return found === null ? [] : [[baseName(found[1]), found[2], found[3] ?? "0", found[5] ?? ""].join(" ")];
  });
}

/** `strings`: readable text in memory, as strings(1) finds it in files. */

import { addressOf } from "../session/address.ts";
import { hex } from "../views/hex.ts";
import { stringText } from "../views/memory.ts";
import type { Command } from "./command.ts";

const [SHORTEST, MOST] = [6, 200];

function isText(byte: number): boolean {
  return byte >= 32 && byte < 127 || byte === 9;
}

export const strings: Command = {
  name: "strings",
  usage: "strings [ADDRESS LENGTH]",
  summary: "Show readable text in memory",
  details: "Without a range, the program's own image. Text has at least six characters.",
  example: "strings $rsp 512",
  async run(session, text) {
    const { memory, symbols } = session.emulator;
    const program = symbols.images.find(({ role }) => role === "program");
    const [first = "", length = "4096"] = text.split(/\s+/);
    const start = first === "" ? program?.start ?? 0n : await addressOf(session, first);
    const end = first === "" ? program?.end ?? 0n : start + BigInt(length);
    const lines: string[] = [];
    for (const region of memory.regions.within(Number(start), Number(end))) {
      if (region.protection === 0) continue;
      const bytes = memory.view(region.start, region.end - region.start);
      for (let at = 0; at < bytes.length && lines.length < MOST; at++) {
        let stop = at;
        while (stop < bytes.length && isText(bytes[stop])) stop++;
        if (stop - at >= SHORTEST) lines.push(`${hex(region.start + at)}: ${stringText(bytes.subarray(at, stop))}`);
        at = stop;
      }
    }
    session.out.print(lines.length === MOST ? [...lines, "... more; give a range"] : lines);
  },
};

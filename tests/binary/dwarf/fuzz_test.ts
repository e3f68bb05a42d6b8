import { ok } from "node:assert/strict";
import {
  CallFrames,
  DebugLines,
  type DebugSectionName,
  DebugSections,
  DwarfError,
  evaluate,
} from "../../../engine/binary/dwarf/mod.ts";
import { compile } from "../../programs/compile.ts";
import { C_PROGRAM, generator, mutated, sectionOf, sectionsOf } from "./tools.ts";

/** The longest that one damaged input may take. */
const MOST_MILLISECONDS = 1_000;

/** Whether the work ended in time, with a DwarfError if with any. */
function attempt(work: () => void, what: string): void {
  const start = performance.now();
  try {
    work();
  } catch (error) {
    ok(error instanceof DwarfError, `${what}: ${error instanceof Error ? error.stack : error}`);
    ok(error.section.startsWith(".") && error.offset >= 0, `${what}: ${error.message}`);
  }
  const took = performance.now() - start;
  ok(took < MOST_MILLISECONDS, `${what} took ${took} ms`);
}

const path = await compile(C_PROGRAM, ["-gdwarf-5", "-O2"]);
const old = await compile(C_PROGRAM, ["-gdwarf-3", "-O2"]);

Deno.test("CallFrames throws nothing but DwarfErrors, and ends, on 2500 damaged sections", () => {
  const random = generator(11);
  const [ehFrame, ehFrameHeader] = [sectionOf(path, ".eh_frame"), sectionOf(path, ".eh_frame_hdr")];
  const frame = sectionOf("/lib64/ld-linux-x86-64.so.2", ".eh_frame");
  ok(ehFrame && ehFrameHeader && frame);
  const context = { register: (register: number) => BigInt(register), read: () => 1n, cfa: 0n };
  for (let round = 0; round < 2500; round++) {
    const victim = round % 3 === 0 ? { ...frame, bytes: frame.bytes.subarray(0, 4096) } : ehFrame;
    const bytes = mutated(victim.bytes, random);
    const header = round % 2 ? undefined : { ...ehFrameHeader, bytes: mutated(ehFrameHeader.bytes, random) };
    const frames = new CallFrames({
      ehFrame: { bytes, address: victim.address },
      ehFrameHeader: header,
      debugFrame: round % 5 === 0 ? bytes : undefined,
    });
    attempt(() => {
      for (const { start } of frames.ranges().slice(0, 40)) {
        attempt(() => {
          const row = frames.rowAt(start + random(64));
          if (row?.cfa.kind === "expression") evaluate(row.cfa.expression, context);
        }, `row of round ${round}`);
      }
      for (let left = 20; left > 0; left--) attempt(() => frames.rowAt(0x1000 + random(0x4000)), `round ${round}`);
    }, `round ${round}`);
  }
});

Deno.test("DebugLines throws nothing at all, and ends, on 2500 damaged sections", () => {
  const random = generator(12);
  const names: readonly DebugSectionName[] = [
    ...[".debug_line", ".debug_line", ".debug_line", ".debug_info", ".debug_abbrev"] as const,
    ...[".debug_aranges", ".debug_line_str", ".debug_rnglists", ".debug_ranges", ".debug_str"] as const,
  ];
  for (let round = 0; round < 2500; round++) {
    const whole = sectionsOfOnce(round % 2 ? path : old);
    const victims = new Map<string, Uint8Array>();
    for (let left = 1 + random(2); left > 0; left--) {
      const name = names[random(names.length)];
      const bytes = whole.bytes(name);
      if (bytes.length > 0) victims.set(name, mutated(bytes, random));
    }
    const start = performance.now();
    const lines = new DebugLines(new DebugSections((name) => victims.get(name) ?? whole.bytes(name)));
    for (let left = 20; left > 0; left--) lines.rowAt(0x1000 + random(0x400));
    lines.rowsOf("program.c", 1 + random(20));
    lines.linesOf("stdio.h");
    let rows = 0;
    for (const _ of lines.rows()) rows++;
    const size = victims.get(".debug_line")?.length ?? whole.bytes(".debug_line").length;
    ok(rows <= size * (lines.problems.length + 2), `${rows} rows of ${size} bytes`);
    const took = performance.now() - start;
    ok(took < MOST_MILLISECONDS, `round ${round} took ${took} ms: ${[...victims.keys()]}`);
  }
});

const known = new Map<string, DebugSections>();

function sectionsOfOnce(file: string): DebugSections {
  let sections = known.get(file);
  if (sections === undefined) known.set(file, sections = sectionsOf(file));
  return sections;
}

import { ok } from "node:assert/strict";
import {
  ATTRIBUTE,
  DebugInfo,
  type DebugSectionName,
  DebugSections,
  DwarfError,
  TAG,
} from "../../engine/binary/dwarf/mod.ts";
import { type DebugType, type Entry, typeOf } from "../../engine/binary/dwarf/mod.ts";
import { typeLines, typeName } from "../../engine/debug/mod.ts";
import { DebugValue } from "../../engine/debug/value.ts";
import type { Target } from "../../engine/debug/target.ts";
import { type Ground, variableValue } from "../../engine/debug/variables.ts";
import { generator, mutated, sectionsOf } from "../binary/dwarf/tools.ts";
import { compile } from "../programs/compile.ts";
import { OPTIMIZED_PROGRAM } from "./programs.ts";

/** More than this for one damaged file is no end at all. */
const MOST_MILLISECONDS = 30_000;
const SECTIONS: readonly DebugSectionName[] = [
  ...[".debug_info", ".debug_abbrev", ".debug_str", ".debug_loclists", ".debug_loc", ".debug_rnglists"] as const,
];

/** A guest with zeros in its memory and registers. */
const target = {
  memory: {
    allows: () => true,
    view: (_: bigint, size: number) => new Uint8Array(size),
    bytes: (_: bigint, size: number) => new Uint8Array(Math.min(size, 1 << 16)),
    accessible: (_: number, size: number) => size,
  },
  symbols: { at: () => undefined, images: [] },
  xmm: () => new Uint8Array(16),
  fsBase: 0n,
  variable: () => undefined,
  setGeneral: () => {},
} as unknown as Target;

function groundAt(place: number): Ground {
  const frame = {
    pc: BigInt(place),
    place: BigInt(place),
    cfa: 0x1000n,
    registers: Array(16).fill(1n),
    isTrampoline: false,
  };
  return {
    target,
    image: { base: 0n } as Ground["image"],
    frames: [frame as unknown as Ground["frames"][0]],
    level: 0,
    function: undefined,
  };
}

/** Looks at all that a file says. */
function lookAt(info: DebugInfo): void {
  for (const unit of info.units) {
    attempt(() => {
      const { tags, offsets } = unit.tree;
      for (let index = 0; index < tags.length; index++) attempt(() => lookAtEntry(unit.entry(index), tags[index]));
      for (const offset of offsets.subarray(0, 20)) attempt(() => info.functionAt(0x401000 + offset)?.name);
      attempt(() => info.search({ name: "pair", tags: [TAG.structureType] }));
    });
  }
}

function lookAtEntry(entry: Entry, tag: number): void {
  attempt(() => void [entry.name, entry.ranges, entry.parent, entry.origin]);
  if (tag === TAG.variable || tag === TAG.formalParameter) {
    attempt(() => {
      const ground = { ...groundAt(0x401660), function: entry.parent };
      return String(variableValue(ground, entry));
    });
  }
  const isType = entry.has(ATTRIBUTE.byteSize) || tag === TAG.typedef || tag === TAG.pointerType;
  if (isType) attempt(() => lookAtType(typeOf(entry)));
}

function lookAtType(type: DebugType): void {
  typeName(type, "name");
  typeLines(type);
  String(new DebugValue(target, type, { kind: "bytes", bytes: new Uint8Array(64) }));
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    ok(error instanceof DwarfError, error instanceof Error ? error.stack : String(error));
    ok(error.section.startsWith(".") && error.offset >= 0, error.message);
  }
}

for (const version of ["-gdwarf-5", "-gdwarf-4"]) {
  Deno.test(`entries, types and variables of ${version} throw nothing but DwarfErrors, and end, on 300 damaged files`, async () => {
    const random = generator(version.length + version.charCodeAt(7));
    const whole = sectionsOf(await compile(OPTIMIZED_PROGRAM, [version, "-O2"]));
    for (let round = 0; round < 300; round++) {
      const victim = SECTIONS[round % SECTIONS.length];
      const bytes = mutated(whole.bytes(victim), random);
      const start = performance.now();
      lookAt(new DebugInfo(new DebugSections((name) => name === victim ? bytes : whole.bytes(name))));
      const took = performance.now() - start;
      ok(took < MOST_MILLISECONDS, `round ${round}, ${victim}, took ${took} ms`);
    }
  });
}

/**
 * Where a function's own code begins, behind what sets up its stack frame: where gdb puts a breakpoint on a function.
 *
 * In what gcc has optimized, variables can be found at every instruction, and the function's first one is as good. Leaves out
 * functions without lines: theirs begin at the start. GDB internals: skip_prologue_sal.
 */

import { ATTRIBUTE, type Entry, type InfoUnit, isLocationList, TAG } from "../binary/dwarf/mod.ts";
import { type Image, infoOf } from "./image.ts";

/** Lines that are looked at for the mark that ends a prologue. */
const MOST_LINES = 16;

/**
 * Where to stop in a function so that its arguments can be read.
 *
 * @param image The image it is in.
 * @param address Its address in the guest; any other address is given back.
 */
export function bodyOf(image: Image, address: number): number {
  const entry = infoOf(image).ask((info) => info.functionAt(address - Number(image.base)));
  if (entry === undefined) return address;
  return infoOf(image).ask(() => behindPrologue(image, entry, address)) ?? address;
}

function behindPrologue(image: Image, entry: Entry, address: number): number {
  const range = entry.ranges.find(({ start }) => start === address - Number(image.base));
  if (range === undefined || isOptimized(entry.unit)) return address;
  const end = range.end + Number(image.base);
  let second: number | undefined;
  let at = address;
  for (let left = MOST_LINES; left > 0; left--) {
    const line = image.lineAt(at);
    if (line === undefined) break;
    if (line.isPrologueEnd) return at;
    at = Number(line.address) + line.size;
    if (at >= end) break;
    second ??= at;
  }
  return second ?? address;
}

const optimized = new WeakMap<InfoUnit, boolean>();

/** Whether variables of a unit can be found at every instruction: gcc's are, where they move at all. */
function isOptimized(unit: InfoUnit): boolean {
  let answer = optimized.get(unit);
  if (answer === undefined) {
    const isGcc = unit.root.text(ATTRIBUTE.producer)?.startsWith("GNU ") ?? false;
    optimized.set(unit, answer = isGcc && findLocationList(unit));
  }
  return answer;
}

function findLocationList(unit: InfoUnit): boolean {
  const { tags } = unit.tree;
  for (let index = 0; index < tags.length; index++) {
    if (tags[index] !== TAG.variable && tags[index] !== TAG.formalParameter) continue;
    const location = unit.entry(index).attributes.get(ATTRIBUTE.location);
    if (location !== undefined && isLocationList(location)) return true;
  }
  return false;
}

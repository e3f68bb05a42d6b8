/**
 * Where a function was inlined: where a breakpoint on it stops, too, as in gdb.
 *
 * Leaves out inlined calls in other units than the one that describes the function, as dwz and link-time optimisation
 * leave them.
 */

import { ATTRIBUTE, type Entry, qualifiedName, TAG } from "../binary/dwarf/mod.ts";
import { type Image, infoOf } from "./image.ts";

/** DW_INL_inlined and DW_INL_declared_inlined. */
const INLINED: readonly (number | undefined)[] = [1, 3];

const known = new WeakMap<Image, Map<string, readonly bigint[]>>();

/**
 * The places of an image where a function was inlined.
 *
 * @param name Its name, with its namespaces or without.
 * @returns Where its code is entered, in ascending order.
 */
export function inlinedPlaces(image: Image, name: string): readonly bigint[] {
  let places = known.get(image);
  if (places === undefined) known.set(image, places = new Map());
  let found = places.get(name);
  if (found === undefined) places.set(name, found = findPlaces(image, name));
  return found;
}

function findPlaces(image: Image, name: string): readonly bigint[] {
  const last = name.slice(name.lastIndexOf(":") + 1);
  if (!/^[\w~]+$/.test(last)) return [];
  return infoOf(image).ask((info) => {
    const functions = info.search({ name: last, tags: [TAG.subprogram] })
      .filter((entry) => INLINED.includes(entry.number(ATTRIBUTE.inline)) && isCalled(entry, name));
    const addresses = functions.flatMap((entry) => [...placesOf(entry)]);
    return [...new Set(addresses)].sort((a, b) => a - b).map((address) => image.base + BigInt(address));
  }) ?? [];
}

function isCalled(entry: Entry, name: string): boolean {
  const whole = qualifiedName(entry) ?? "";
  return whole === name || whole.endsWith(`::${name}`);
}

function* placesOf(origin: Entry): Generator<number> {
  const { unit } = origin;
  const { tags } = unit.tree;
  for (let index = 0; index < tags.length; index++) {
    if (tags[index] !== TAG.inlinedSubroutine) continue;
    const call = unit.entry(index);
    const start = call.reference(ATTRIBUTE.abstractOrigin) === origin ? call.entryPoint : undefined;
    if (start !== undefined) yield start;
  }
}

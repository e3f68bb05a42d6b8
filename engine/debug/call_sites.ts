/**
 * What debug information says of calls in optimised code: where they return to, which function they call, and which of
 * them are jumps that reuse the caller's frame.
 *
 * DWARF 5, section 3.4.1; before it GNU's extension, with other numbers.
 */

import { ATTRIBUTE, type Entry, TAG } from "../binary/dwarf/mod.ts";
import { type Image, infoOf } from "../symbols/mod.ts";
import { symbolNamed } from "./names.ts";
import type { Target } from "./target.ts";

/** A call in a function's code. */
export interface CallSite {
  readonly entry: Entry;
  /** Where it returns to, before the load bias is added; behind the instruction, for a jump. */
  readonly returnPc: number;
  /** Whether it is a jump: a tail call. */
  readonly isTail: boolean;
}

/** A function with debug information, in its image. */
export interface KnownFunction {
  readonly image: Image;
  readonly entry: Entry;
}

const sitesOf = new WeakMap<Entry, readonly CallSite[]>();

/** The calls in a function's code, those of inlined calls too, that say where they return to. */
export function callSites(outer: Entry): readonly CallSite[] {
  let found = sitesOf.get(outer);
  if (found === undefined) sitesOf.set(outer, found = [...readCallSites(outer)]);
  return found;
}

function* readCallSites({ unit, index }: Entry): Generator<CallSite> {
  const { tags, ends } = unit.tree;
  for (let at = index + 1; at < ends[index]; at++) {
    const isGnu = tags[at] === TAG.gnuCallSite;
    if (!isGnu && tags[at] !== TAG.callSite) continue;
    const entry = unit.entry(at);
    const returnPc = entry.address(isGnu ? ATTRIBUTE.lowPc : ATTRIBUTE.callReturnPc);
    const isTail = entry.flag(isGnu ? ATTRIBUTE.gnuTailCall : ATTRIBUTE.callTailCall);
    if (returnPc !== undefined) yield { entry, returnPc, isTail };
  }
}

/** The call in a function that returns to a place. */
export function callSiteAt(outer: Entry, returnPc: number): CallSite | undefined {
  return callSites(outer).find((site) => site.returnPc === returnPc);
}

/** The function with code at an address of the guest; undefined without debug information. */
export function knownFunctionAt({ symbols }: Target, address: bigint): KnownFunction | undefined {
  const image = symbols.imageAt(address);
  const entry = image && infoOf(image).ask((info) => info.functionAt(Number(address - image.base)));
  return image === undefined || entry === undefined ? undefined : { image, entry };
}

/** Where a function begins, in the guest. */
export function startOf({ image, entry }: KnownFunction): bigint | undefined {
  const start = entry.ranges[0]?.start;
  return start === undefined ? undefined : image.base + BigInt(start);
}

/**
 * Where the functions begin that a call may be of.
 *
 * @returns Several for a function that the compiler made copies of; none if it is not known, as of a call by a pointer.
 */
export function calledAddresses(target: Target, image: Image, { entry }: CallSite): readonly bigint[] {
  const origin = calledEntry(entry);
  if (origin === undefined) return [];
  if (origin.flag(ATTRIBUTE.declaration)) {
    const name = linkageNameOf(origin);
    const address = name === undefined ? undefined : symbolNamed(target, name);
    return address === undefined ? [] : [address];
  }
  return [origin, ...copiesOf(origin)].flatMap((each) => startOf({ image, entry: each }) ?? []);
}

/** The entry of the function that a call is of; undefined for a call by a pointer. */
function calledEntry(site: Entry): Entry | undefined {
  return site.reference(ATTRIBUTE.callOrigin) ?? site.reference(ATTRIBUTE.abstractOrigin);
}

/** The name that linkers know a function by. */
function linkageNameOf(entry: Entry): string | undefined {
  return entry.holder(ATTRIBUTE.linkageName)?.text(ATTRIBUTE.linkageName) ?? entry.name;
}

/** Functions that have their code described apart from what is said of them once. */
function copiesOf(origin: Entry): Entry[] {
  const { unit } = origin;
  const { tags } = unit.tree;
  const found: Entry[] = [];
  for (let at = 0; at < tags.length; at++) {
    if (tags[at] !== TAG.subprogram) continue;
    const entry = unit.entry(at);
    if (entry.reference(ATTRIBUTE.abstractOrigin) === origin) found.push(entry);
  }
  return found;
}

/** Calls that were inlined: which are active at an address, where they come from, where their code begins. */

import { ATTRIBUTE, type DebugEntry, type Entry, qualifiedName, TAG } from "../binary/dwarf/mod.ts";
import { type Image, infoOf, type SourceLine } from "../symbols/mod.ts";
import { shortName } from "./type_name.ts";

/** A place in the source that a call comes from. */
export type SourcePlace = Pick<SourceLine, "file" | "directory" | "line">;

/** A function that is active at an address: one that was called or, inside it, one that was inlined. */
export interface ActiveCall {
  /** Its entry, to tell it from others. */
  readonly entry: DebugEntry;
  /** Where it is called; undefined for the one that was not inlined, and if that is not known. */
  readonly callPlace: SourcePlace | undefined;
  /** Whether its code begins at the address: it has not been entered as long as nothing is executed there. */
  readonly isBeginning: boolean;
}

/** Blocks inside one another that are looked at. */
const MAXIMUM_DEPTH = 256;

/**
 * The function with code at an address, and the calls inlined there, the innermost last.
 *
 * @param image The image of the address.
 * @param pc The address in the guest.
 * @returns None without debug information.
 */
export function activeCalls(image: Image, pc: bigint): readonly ActiveCall[] {
  const address = Number(pc - image.base);
  return infoOf(image).ask((info) => {
    const entry = info.functionAt(address);
    if (entry === undefined) return [];
    return [entry, ...inlinedAt(entry, address)].map((each) => ({
      entry: each,
      callPlace: each === entry ? undefined : callPlace(image, each),
      isBeginning: each !== entry && !each.covers(address - 1),
    }));
  }) ?? [];
}

/** A call that the compiler put into the code of its caller: one object for each, which tells it from others. */
export interface InlinedCall {
  /** Name of the function, with its namespaces. */
  readonly name: string;
  /** Name of the symbol that the function has where it is not inlined. */
  readonly symbol: string;
  /** Where the function is declared; undefined if that is not known. */
  readonly source: SourcePlace | undefined;
  /** Where it is called; undefined if that is not known. */
  readonly callPlace: SourcePlace | undefined;
  /** The instruction that its code is entered at, in the guest. */
  readonly start: bigint;
}

const inlinedCallOf = new WeakMap<Entry, InlinedCall>();

/** The calls inlined at an address, the outermost first; none without debug information. */
export function inlinedCalls(image: Image, pc: bigint): readonly InlinedCall[] {
  const address = Number(pc - image.base);
  return infoOf(image).ask((info) => {
    const entry = info.functionAt(address);
    return entry === undefined ? [] : inlinedAt(entry, address).map((each) => inlinedCall(image, each));
  }) ?? [];
}

function inlinedCall(image: Image, entry: Entry): InlinedCall {
  let call = inlinedCallOf.get(entry);
  if (call === undefined) inlinedCallOf.set(entry, call = makeInlinedCall(image, entry));
  return call;
}

function makeInlinedCall(image: Image, entry: Entry): InlinedCall {
  const linkage = entry.holder(ATTRIBUTE.linkageName) ?? entry.holder(ATTRIBUTE.mipsLinkageName);
  const symbol = linkage?.text(ATTRIBUTE.linkageName) ?? linkage?.text(ATTRIBUTE.mipsLinkageName);
  return {
    name: shortName(qualifiedName(entry) ?? "??"),
    symbol: symbol ?? entry.name ?? "??",
    source: placeOf(image, entry.origin, ATTRIBUTE.declarationFile, ATTRIBUTE.declarationLine),
    callPlace: callPlace(image, entry),
    start: image.base + BigInt(entry.entryPoint ?? 0),
  };
}

/** Where an inlined call comes from. */
export function callPlace(image: Image, call: Entry): SourcePlace | undefined {
  return placeOf(image, call, ATTRIBUTE.callFile, ATTRIBUTE.callLine);
}

function placeOf(image: Image, entry: Entry, fileOf: number, lineOf: number): SourcePlace | undefined {
  const [file, line] = [entry.number(fileOf), entry.number(lineOf)];
  const path = file === undefined ? undefined : image.lines().pathOfFile(entry.unit.header, file);
  return path === undefined || line === undefined ? undefined : { ...path, line };
}

/** The inlined calls in a function that are active at an address, the outermost first. */
export function inlinedAt(entry: Entry, address: number): Entry[] {
  const chain: Entry[] = [];
  let at: Entry | undefined = entry;
  for (let depth = 0; at !== undefined && depth < MAXIMUM_DEPTH; depth++) {
    const next: Entry | undefined = at.children.find((child) =>
      (child.tag === TAG.lexicalBlock || child.tag === TAG.inlinedSubroutine) && child.covers(address)
    );
    if (next?.tag === TAG.inlinedSubroutine) chain.push(next);
    at = next;
  }
  return chain;
}

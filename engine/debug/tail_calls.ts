/**
 * Frames of functions that jumped to another at their end, and so have no frame on the stack any more.
 *
 * They are found as gdb finds them: if the caller called another function than the one that is active, there must be jumps
 * from that one to this one. What all the ways there have in common, from either end, is certain; the rest is left out.
 * GDB manual, "Tail Call Frames".
 */

import type { Entry } from "../binary/dwarf/mod.ts";
import { type Image, infoOf } from "../symbols/mod.ts";
import type { Frame } from "../unwind.ts";
import {
  calledAddresses,
  type CallSite,
  callSiteAt,
  callSites,
  type KnownFunction,
  knownFunctionAt,
  startOf,
} from "./call_sites.ts";
import { STACK_POINTER } from "../unwind/state.ts";
import type { Target } from "./target.ts";

/** A jump from one function to another, in its image. */
interface Jump {
  readonly image: Image;
  readonly site: CallSite;
}

/** Jumps that are tried before a way counts as unknown. */
const MOST_STEPS = 2000;

/** Adds the frames of tail calls to those on the stack; each has the level of what it jumped to. */
export function withTailCalls(target: Target, frames: readonly Frame[]): readonly Frame[] {
  return frames.flatMap((frame, level) => {
    const caller = frames[level + 1];
    return caller === undefined ? [frame] : [frame, ...tailFrames(target, frame, caller)];
  });
}

function tailFrames(target: Target, callee: Frame, caller: Frame): Frame[] {
  const { image } = caller;
  if (caller.how !== "cfi" || callee.isTrampoline || image === undefined) return [];
  const jumps = infoOf(image).ask((info) => {
    const outer = info.functionAt(Number(caller.place - image.base));
    const site = outer && callSiteAt(outer, Number(caller.pc - image.base));
    const start = site && functionStart(target, callee);
    return site === undefined || start === undefined ? [] : certainJumps(target, { image, site }, start);
  });
  return (jumps ?? []).map((jump) => frameOfJump(target, jump, callee, caller));
}

/** Where the function begins that a frame is in, with or without debug information. */
function functionStart(target: Target, { place, symbol }: Frame): bigint | undefined {
  const known = knownFunctionAt(target, place);
  return known === undefined ? symbol?.address : startOf(known);
}

function frameOfJump({ symbols }: Target, { image, site }: Jump, callee: Frame, caller: Frame): Frame {
  const pc = image.base + BigInt(site.returnPc);
  const place = pc - 1n;
  const sp = callee.cfa === undefined ? caller.sp : callee.cfa - 8n;
  return {
    ...{ level: callee.level, pc, place, sp, cfa: undefined, symbol: symbols.ofReturn(pc), image },
    get source() {
      return symbols.statementAt(place);
    },
    ...{ how: "tail call", isTrampoline: false },
    registers: caller.registers.with(STACK_POINTER, sp),
  };
}

/** Thrown where a way leads to code of which nothing is known: then nothing is certain. */
class UnknownWay extends Error {}

/** The jumps between a call and a function that all ways have in common, the innermost first. */
function certainJumps(target: Target, call: Jump, start: bigint): readonly Jump[] {
  try {
    let common: Common | undefined;
    for (const way of waysTo(target, call, start)) {
      common = common === undefined ? { way, first: way.length, last: way.length } : meet(common, way);
      if (common.first === 0 && common.last === 0) return [];
    }
    if (common === undefined) return [];
    const { way, first, last } = common;
    const outer = last === way.length ? [] : way.slice(0, first);
    return [...outer, ...way.slice(way.length - last)].toReversed();
  } catch (error) {
    if (error instanceof UnknownWay) return [];
    throw error;
  }
}

/** A way, and how many jumps at its start and at its end are those of all ways. */
interface Common {
  readonly way: readonly Jump[];
  readonly first: number;
  readonly last: number;
}

function meet({ way, first, last }: Common, other: readonly Jump[]): Common {
  const isSame = (a: Jump | undefined, b: Jump | undefined) => a !== undefined && a.site === b?.site;
  let [before, behind] = [0, 0];
  while (before < first && isSame(way[before], other[before])) before++;
  while (behind < last && isSame(way.at(-1 - behind), other.at(-1 - behind))) behind++;
  return { way, first: before, last: behind };
}

/** All ways from a call to a function by jumps, none twice in a way. @throws {UnknownWay} If one cannot be followed. */
function* waysTo(target: Target, call: Jump, start: bigint): Generator<readonly Jump[]> {
  let steps = 0;
  const way: Jump[] = [];
  yield* from(call);

  function* from(jump: Jump): Generator<readonly Jump[]> {
    if (++steps > MOST_STEPS) throw new UnknownWay();
    for (const address of addressesOf(target, jump)) {
      if (address === start) {
        yield [...way];
        continue;
      }
      for (const next of jumpsFrom(target, address)) {
        if (way.some(({ site }) => site === next.site)) continue;
        way.push(next);
        yield* from(next);
        way.pop();
      }
    }
  }
}

function addressesOf(target: Target, { image, site }: Jump): readonly bigint[] {
  const found = calledAddresses(target, image, site);
  if (found.length === 0) throw new UnknownWay();
  return found;
}

/** The jumps that end the function at an address. */
function jumpsFrom(target: Target, address: bigint): readonly Jump[] {
  const known = knownFunctionAt(target, address);
  if (known === undefined || startOf(known) !== address) throw new UnknownWay();
  return callSites(known.entry).filter(({ isTail }) => isTail).map((site) => ({ image: known.image, site }));
}

/**
 * Whether a function may come to itself by jumps, or if that is not known: then what its caller gave it says nothing of
 * what it was entered with last.
 */
export function mayJumpToItself(target: Target, image: Image, entry: Entry): boolean {
  const known: KnownFunction = { image, entry };
  const start = startOf(known);
  if (start === undefined) return true;
  const seen = new Set([start]);
  try {
    for (const address of seen) {
      if (seen.size > MOST_STEPS) return true;
      for (const next of jumpsFrom(target, address).flatMap((jump) => addressesOf(target, jump))) {
        if (next === start) return true;
        seen.add(next);
      }
    }
  } catch (error) {
    if (error instanceof UnknownWay) return true;
    throw error;
  }
  return false;
}

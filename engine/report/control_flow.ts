/**
 * The control flow inside a function, from the blocks that ran and the steps between them. Blocks that run overlap, where
 * one is jumped into: here they are cut, so that each instruction is in one block.
 */

/** A block as it ran. */
export interface RanBlock {
  /** Where it starts. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** How often it ran. */
  readonly count: number;
}

/** A step between blocks as they ran. */
export interface RanStep {
  /** The block's address. */
  readonly from: bigint;
  /** The address past its end. */
  readonly end: bigint;
  /** Address of the block that came next. */
  readonly to: bigint;
  /** How often it did. */
  readonly count: number;
}

/** A block that no other overlaps. */
export interface CountedSpan {
  /** Its first address. */
  readonly start: bigint;
  /** The address past it. */
  readonly end: bigint;
  /** How often it ran. */
  readonly count: number;
}

/** A step from one block to the next. */
export interface FlowStep {
  /** Start of the one. */
  readonly from: bigint;
  /** Start of the next. */
  readonly to: bigint;
  /** How often it was taken. */
  readonly count: number;
}

/** The blocks and steps within a range of addresses. */
export interface ControlFlow {
  /** By ascending address. */
  readonly blocks: readonly CountedSpan[];
  /** Those from one of the blocks to another. */
  readonly steps: readonly FlowStep[];
}

/**
 * The control flow within `[start, end)`.
 *
 * @param isCall Whether a block that ends at an address ends with a call: what it calls returns there.
 */
export function controlFlow(
  start: bigint,
  end: bigint,
  ran: readonly RanBlock[],
  taken: readonly RanStep[],
  isCall: (end: bigint) => boolean,
): ControlFlow {
  const isInside = (address: bigint) => start <= address && address < end;
  const own = ran.filter(({ address }) => isInside(address));
  const starts = [...new Set(own.map(({ address }) => address))].sort((a, b) => a < b ? -1 : 1);
  const blocks = new Map<bigint, { end: bigint; count: number }>();
  const steps = new Map<string, FlowStep>();
  const step = (from: bigint, to: bigint, count: number) => {
    const key = `${from} ${to}`;
    steps.set(key, { from, to, count: (steps.get(key)?.count ?? 0) + count });
  };
  const lastPart = (address: bigint, end: bigint) =>
    starts.findLast((each) => each < end && each >= address) ?? address;

  for (const { address, size, count } of own) {
    const finish = address + BigInt(size);
    const cuts = [...starts.filter((each) => each >= address && each < finish), finish];
    for (let index = 0; index + 1 < cuts.length; index++) {
      const block = blocks.get(cuts[index]);
      if (block === undefined) blocks.set(cuts[index], { end: cuts[index + 1], count });
      else block.count += count;
      if (index + 2 < cuts.length) step(cuts[index], cuts[index + 1], count);
    }
    if (isCall(finish) && starts.includes(finish)) step(lastPart(address, finish), finish, count);
  }
  for (const { from, end: finish, to, count } of taken) {
    if (isInside(from) && isInside(to) && !isCall(finish)) step(lastPart(from, finish), to, count);
  }
  return {
    blocks: [...blocks].map(([start, block]) => ({ start, ...block })).sort((a, b) => a.start < b.start ? -1 : 1),
    steps: [...steps.values()],
  };
}

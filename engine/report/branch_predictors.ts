/**
 * How well simple predictors foresee conditional branches: two that look at nothing but the branch, and three that learn.
 *
 * `taken` says that each is taken; `btfnt`, that those backwards are, such as a loop's; `1-bit`, that it does what it did
 * last; `2-bit`, the same, but it takes two surprises to change its mind; `gselect` has a two-bit counter for each pair of
 * an address's low bits and the last outcomes of all branches, as cachegrind's `--branch-sim` has. What learns begins with
 * "not taken". Leaves out targets of indirect branches, and entries that other branches share by chance, but for gselect.
 */

import { grown } from "./grown.ts";

/** The predictors, the better ones last. */
export const BRANCH_PREDICTORS = ["taken", "btfnt", "1-bit", "2-bit", "gselect"] as const;
/** One of them. */
export type BranchPredictor = typeof BRANCH_PREDICTORS[number];

/** What a conditional branch did, and how often each predictor was wrong about it. */
export interface PredictedBranch {
  /** How often it jumped. */
  readonly taken: number;
  /** How often it did not. */
  readonly notTaken: number;
  /** Wrong predictions. */
  readonly missed: Readonly<Record<BranchPredictor, number>>;
}

const [HISTORY_BITS, ADDRESS_BITS] = [7, 7];
const HISTORY_MASK = (1 << HISTORY_BITS) - 1;
const ADDRESS_MASK = (1 << ADDRESS_BITS) - 1;
/** Numbers that are kept of a branch. */
const [TAKEN, NOT_TAKEN, MISSED_1, MISSED_2, MISSED_GSELECT, FIELDS] = [0, 1, 2, 3, 4, 5];

/** Predictors that watch the branches of a program. */
export class BranchPredictors {
  #counts = new Float64Array(1024 * FIELDS);
  /** Of each branch, what it did last and its two-bit counter. */
  #last = new Uint8Array(1024);
  #counters = new Uint8Array(1024);
  readonly #selected = new Uint8Array(1 << HISTORY_BITS + ADDRESS_BITS);
  #history = 0;

  /**
   * A branch was executed.
   *
   * @param branch A number of it, from 0.
   * @param address Its address; the lowest bits do.
   */
  saw(branch: number, address: number, taken: boolean): void {
    this.#last = grown(this.#last, branch + 1);
    this.#counters = grown(this.#counters, branch + 1);
    const counts = this.#counts = grown(this.#counts, (branch + 1) * FIELDS);
    const at = branch * FIELDS;
    const outcome = taken ? 1 : 0;
    counts[at + 1 - outcome]++;
    if (this.#last[branch] !== outcome) counts[at + MISSED_1]++;
    this.#last[branch] = outcome;
    if (adjust(this.#counters, branch, outcome)) counts[at + MISSED_2]++;
    const index = this.#history << ADDRESS_BITS | address & ADDRESS_MASK;
    if (adjust(this.#selected, index, outcome)) counts[at + MISSED_GSELECT]++;
    this.#history = (this.#history << 1 | outcome) & HISTORY_MASK;
  }

  /** What a branch did. @param isBackward Whether it jumps to where it is, or before. */
  branch(branch: number, isBackward: boolean): PredictedBranch {
    const of = (field: number) => this.#counts[branch * FIELDS + field] ?? 0;
    const [taken, notTaken] = [of(TAKEN), of(NOT_TAKEN)];
    return {
      taken,
      notTaken,
      missed: {
        taken: notTaken,
        btfnt: isBackward ? notTaken : taken,
        "1-bit": of(MISSED_1),
        "2-bit": of(MISSED_2),
        gselect: of(MISSED_GSELECT),
      },
    };
  }

  /** Counts anew; what was learned stays. */
  reset(): void {
    this.#counts.fill(0);
  }
}

/** Moves a counter, 0 to 3, towards an outcome. @returns Whether it foretold the other. */
function adjust(counters: Uint8Array, index: number, outcome: number): boolean {
  const counter = counters[index];
  counters[index] = outcome === 1 ? Math.min(3, counter + 1) : Math.max(0, counter - 1);
  return counter >> 1 !== outcome;
}

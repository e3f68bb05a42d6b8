/**
 * Closures to call when so many instructions have been executed, exactly: slices are kept short enough not to pass that
 * moment, and what is left before it is executed block by block, then instruction by instruction.
 */

/** Most instructions in a block: QEMU's TCG_MAX_INSNS. */
const LARGEST_BLOCK = 512;

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** The alarms of one guest. */
export class Alarms {
  readonly #total: () => number;
  readonly #alarms = new Set<Alarm>();

  /** @param total Tells how many instructions have been executed. */
  constructor(total: () => number) {
    this.#total = total;
  }

  /** Has a closure called, once, before the instruction after the first `at`. @returns What calls it off. */
  add(at: number, ring: () => void): () => void {
    const alarm = { at, ring };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /**
   * Says how far the guest may go.
   *
   * @param budget Blocks it would run.
   * @param nextLength Tells how many instructions the next block has; undefined if that is not known.
   * @returns Blocks it may run; 0 for a single instruction.
   */
  limit(budget: number, nextLength: () => number | undefined): number {
    if (this.#alarms.size === 0) return budget;
    const left = Math.min(...[...this.#alarms].map(({ at }) => at)) - this.#total();
    if (left >= LARGEST_BLOCK) return Math.min(budget, Math.floor(left / LARGEST_BLOCK));
    return (nextLength() ?? Infinity) <= left ? Math.min(budget, 1) : 0;
  }

  /** Calls what is due. @returns Whether anything was. */
  ring(): boolean {
    if (this.#alarms.size === 0) return false;
    const total = this.#total();
    const due = [...this.#alarms].filter(({ at }) => at <= total);
    for (const alarm of due) {
      this.#alarms.delete(alarm);
      alarm.ring();
    }
    return due.length > 0;
  }
}

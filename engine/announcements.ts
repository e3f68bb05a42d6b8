/**
 * The blocks that were announced: each when it runs for the first time, and again when its code has changed or is cut
 * in another way. A single-stepped instruction is a block of its own.
 */

/** Who hears of blocks. */
export interface BlockListener {
  /**
   * A block is about to run whose code was not there before, or was cut in another way.
   *
   * @param block What {@linkcode Machine.currentBlock} is while it runs.
   */
  translated(block: number, start: number, size: number): void;
  /** The code of a block that was announced is no more, or is about to be announced anew. */
  retired(block: number): void;
}

/** The announced blocks of one machine. */
export class Announcements {
  readonly #listener: BlockListener;
  /** Sizes by block. */
  readonly #sizes = new Map<number, number>();
  readonly #steps = new Set<number>();

  constructor(listener: BlockListener) {
    this.#listener = listener;
  }

  /** A block is about to run for the first time. */
  announce(block: number, start: number, size: number): void {
    const known = this.#sizes.get(block);
    if (known !== undefined && known >= size) return;
    if (known !== undefined) this.#listener.retired(block);
    this.#sizes.set(block, size);
    this.#listener.translated(block, start, size);
  }

  /** The same for a single instruction. */
  announceStep(block: number, start: number, size: number): void {
    this.#steps.add(block);
    this.announce(block, start, size);
  }

  /**
   * The code of `[start, end)` is no more.
   *
   * @param blocks Those that have a byte in it, other than single instructions.
   */
  forget(start: number, end: number, blocks: Iterable<{ readonly start: number }>): void {
    for (const block of blocks) this.#forget(block.start);
    for (const block of this.#steps) {
      if (block + (this.#sizes.get(block) ?? 0) > start && block < end) this.#forget(block);
    }
  }

  #forget(block: number): void {
    this.#steps.delete(block);
    if (this.#sizes.delete(block)) this.#listener.retired(block);
  }
}

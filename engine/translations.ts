/** Blocks that were announced and whose code is still there, and who follows them. */

/** A block that was announced. */
export interface AnnouncedBlock {
  /** Its number, from 1; no other block ever has it. */
  readonly id: number;
  /** What `Machine.currentBlock` is while it runs. */
  readonly key: number;
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

/** Who follows blocks. */
export interface TranslationFollower {
  /** A block is about to run for the first time. */
  translated(block: AnnouncedBlock): void;
  /** A block's code is no more. */
  retired(key: number): void;
}

/** The blocks of a guest. */
export class Translations {
  readonly #blocks = new Map<number, AnnouncedBlock>();
  readonly #followers = new Set<TranslationFollower>();
  #last = 0;

  /** Those that exist now, by key. */
  get blocks(): ReadonlyMap<number, AnnouncedBlock> {
    return this.#blocks;
  }

  /** Has someone told of all that exist, and of changes from now on. @returns What ends that. */
  follow(follower: TranslationFollower): () => void {
    this.#followers.add(follower);
    for (const block of this.#blocks.values()) follower.translated(block);
    return () => void this.#followers.delete(follower);
  }

  /** A block is about to run for the first time. */
  translated(key: number, start: number, size: number): void {
    const block = { id: ++this.#last, key, start, size };
    this.#blocks.set(key, block);
    for (const follower of this.#followers) follower.translated(block);
  }

  /** A block's code is no more. */
  retired(key: number): void {
    this.#blocks.delete(key);
    for (const follower of this.#followers) follower.retired(key);
  }
}

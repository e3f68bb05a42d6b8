/**
 * What one plugin attached: attached to the guest while the plugin wants it and its block is there.
 *
 * Blocks may overlap: an instruction that several of them contain calls back for the one that runs. What was attached
 * outside of any block calls back always.
 */

import type { Action } from "../hooks/sites.ts";
import type { Machine } from "../machine.ts";

interface Attachment {
  readonly at: number;
  /** Size of the code that it is about. */
  readonly extent: number;
  readonly action: Action;
  isAttached: boolean;
}

/** Key of what is in no block. */
const ANYWHERE = -1;

/** The attachments of a plugin. */
export class Attachments {
  readonly #machine: Machine;
  readonly #isWanted: (start: number, end: number) => boolean;
  readonly #byBlock = new Map<number, Attachment[]>();

  /** @param isWanted Whether what is about the code of `[start, end)` shall be called now. */
  constructor(machine: Machine, isWanted: (start: number, end: number) => boolean) {
    this.#machine = machine;
    this.#isWanted = isWanted;
  }

  /**
   * Attaches something.
   *
   * @param block Key of the block that must be the one that runs; any without it.
   * @param isForAll Whether it is called whatever block runs; then the block is only a name for `drop`.
   */
  add(at: number, extent: number, work: () => void, block: number = ANYWHERE, isForAll = block === ANYWHERE): void {
    const action = () => {
      if (attachment.isAttached && (isForAll || this.#machine.currentBlock === block)) work();
    };
    const attachment: Attachment = { at, extent, action, isAttached: false };
    const list = this.#byBlock.get(block);
    if (list === undefined) this.#byBlock.set(block, [attachment]);
    else list.push(attachment);
    this.#settle(attachment);
  }

  /** A block is no more. */
  drop(block: number): void {
    for (const attachment of this.#byBlock.get(block) ?? []) this.#set(attachment, false);
    this.#byBlock.delete(block);
  }

  /** Attaches and detaches, after what is wanted has changed. */
  settle(): void {
    for (const list of this.#byBlock.values()) list.forEach((attachment) => this.#settle(attachment));
  }

  #settle(attachment: Attachment): void {
    this.#set(attachment, this.#isWanted(attachment.at, attachment.at + attachment.extent));
  }

  #set(attachment: Attachment, isAttached: boolean): void {
    if (attachment.isAttached === isAttached) return;
    attachment.isAttached = isAttached;
    if (isAttached) this.#machine.sites.attach(attachment.at, attachment.action);
    else this.#machine.sites.detach(attachment.at, attachment.action);
  }
}

/** Blocks and instructions as plugins see them: plain facts, and what can be attached to them. */

import type { GuestContext } from "../context.ts";
import { accessForms } from "../disasm/access_forms.ts";
import type { Instruction } from "../disasm/disassembler.ts";
import { type MemoryAccess, memoryAccesses } from "../hooks/accesses.ts";
import type { Counter, PluginBlock, PluginInstruction } from "../plugin.ts";
import type { SymbolAt } from "../symbols/mod.ts";
import type { AnnouncedBlock } from "../translations.ts";
import { nativeCounter } from "./counter.ts";
import type { PluginGround } from "./ground.ts";

/** Attaches closures for a plugin. */
export interface Attacher {
  readonly ground: PluginGround;
  /**
   * @param at The instruction to attach to.
   * @param extent The code that must be within the plugin's part.
   * @param block The block that must be the one that runs; any without it.
   */
  attach(at: number, extent: number, callback: (cpu: GuestContext) => void, block: AnnouncedBlock | undefined): void;
  /** Whether an address is in the plugin's part of the code. */
  covers(address: number): boolean;
}

/** An instruction for a plugin. */
export class CodeInstruction implements PluginInstruction {
  readonly address: bigint;
  readonly size: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mnemonic: string;
  readonly operands: string;
  readonly #attacher: Attacher;
  readonly #block: AnnouncedBlock | undefined;

  /** @param block The block it was found in; none for code that was only looked at. */
  constructor(instruction: Instruction, attacher: Attacher, block: AnnouncedBlock | undefined) {
    this.address = instruction.address;
    this.size = instruction.size;
    this.bytes = instruction.bytes;
    this.mnemonic = instruction.mnemonic;
    this.operands = instruction.operands;
    this.#attacher = attacher;
    this.#block = block;
  }

  get symbol(): SymbolAt | undefined {
    return this.#attacher.ground.symbols.atNumber(Number(this.address));
  }

  count(counter: Counter): void {
    nativeCounter(counter).addInstruction(Number(this.address));
  }

  onExecute(callback: (cpu: GuestContext) => void): void {
    this.#attacher.attach(Number(this.address), 1, callback, this.#block);
  }

  onMemory(callback: (access: MemoryAccess, cpu: GuestContext) => void): void {
    // Decoded once: the forms stay the same, only the registers change.
    const forms = accessForms(this, this.#attacher.ground.disassembler);
    if (forms.length === 0) return;
    this.onExecute((cpu) => {
      for (const access of memoryAccesses(this, forms, cpu)) callback(access, cpu);
    });
  }
}

/** A block for a plugin. */
export class CodeBlock implements PluginBlock {
  readonly id: number;
  readonly address: bigint;
  readonly size: number;
  readonly #attacher: Attacher;
  readonly #block: AnnouncedBlock;
  #instructions: readonly CodeInstruction[] | undefined;

  constructor(block: AnnouncedBlock, attacher: Attacher) {
    this.id = block.id;
    this.address = BigInt(block.start);
    this.size = block.size;
    this.#attacher = attacher;
    this.#block = block;
  }

  get symbol(): SymbolAt | undefined {
    return this.#attacher.ground.symbols.atNumber(this.#block.start);
  }

  get instructions(): readonly CodeInstruction[] {
    return this.#instructions ??= decode(this.#block.start, this.size, this.#attacher, this.#block)
      .filter(({ address }) => this.#attacher.covers(Number(address)));
  }

  count(counter: Counter): void {
    nativeCounter(counter).addBlock(this.#block.start);
  }

  onExecute(callback: (cpu: GuestContext) => void): void {
    this.#attacher.attach(this.#block.start, this.size, callback, this.#block);
  }
}

/** Decodes code for a plugin, as far as memory is mapped. */
export function decode(start: number, size: number, attacher: Attacher, block?: AnnouncedBlock): CodeInstruction[] {
  const { memory, disassembler } = attacher.ground;
  const reach = memory.accessible(start, size, 1);
  return disassembler.decode(memory.view(start, reach), start)
    .map((instruction) => new CodeInstruction(instruction, attacher, block));
}

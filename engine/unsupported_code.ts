/**
 * Refuses instructions that the translator would take for others: where a block has one, it is watched, and stops the
 * guest when it is about to be executed.
 */

import { isUnsupported, mayHoldUnsupported } from "./cpu/unsupported.ts";
import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { Action, Sites } from "./hooks/sites.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";

/** What the refusal of one machine needs. */
export interface UnsupportedGround {
  readonly memory: GuestMemory;
  readonly sites: Sites;
  readonly disassembler: Disassembler;
  /** The instruction at an address, as it is now. */
  instructionAt(address: number): Instruction | undefined;
  /** Has the guest stop before the instruction at hand. */
  requestStop(): void;
}

/** The refused instructions of one machine. */
export class UnsupportedCode {
  readonly #ground: UnsupportedGround;
  #isRefused = false;

  constructor(ground: UnsupportedGround) {
    this.#ground = ground;
  }

  /** Looks for them in a block that runs for the first time. */
  inspect(start: number, size: number): void {
    const { memory, sites, disassembler } = this.#ground;
    const code = memory.uncheckedView(start, size);
    if (!mayHoldUnsupported(code)) return;
    for (const { address, bytes } of disassembler.decode(code, start, size)) {
      const at = Number(address);
      if (isUnsupported(bytes) && !sites.actions(at)?.includes(this.#refuse)) sites.attach(at, this.#refuse);
    }
  }

  /** The code may have changed since this was attached. */
  readonly #refuse: Action = (address) => {
    const instruction = this.#ground.instructionAt(address);
    if (instruction === undefined || !isUnsupported(instruction.bytes)) return;
    this.#isRefused = true;
    this.#ground.requestStop();
  };

  /** Whether the instruction at hand was refused; told once. */
  takeRefusal(): boolean {
    const isRefused = this.#isRefused;
    this.#isRefused = false;
    return isRefused;
  }
}

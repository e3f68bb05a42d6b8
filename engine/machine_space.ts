/** An address space of guest processes that is a machine. */

import type { AddressSpace } from "./linux/address_space.ts";
import type { Machine } from "./machine.ts";

/** Who makes spaces, and hears what becomes of this one. */
export interface SpaceKeeper {
  /** Makes an empty one. */
  make(): MachineSpace;
  /** Another machine has become what this one is. */
  copied(to: Machine): void;
  /** It is used no more. */
  closing(space: MachineSpace): void;
}

/** A machine as the kernel sees it. */
export class MachineSpace implements AddressSpace {
  readonly #machine: Machine;
  readonly #keeper: SpaceKeeper;

  constructor(machine: Machine, keeper: SpaceKeeper) {
    this.#machine = machine;
    this.#keeper = keeper;
  }

  get memory(): Machine["memory"] {
    return this.#machine.memory;
  }

  get registers(): Machine["cpu"]["registers"] {
    return this.#machine.cpu.registers;
  }

  get contexts(): Machine["threads"] {
    return this.#machine.threads;
  }

  another(): MachineSpace {
    return this.#keeper.make();
  }

  copy(): MachineSpace {
    const space = this.#keeper.make();
    try {
      this.#machine.copyTo(space.#machine);
      this.#keeper.copied(space.#machine);
    } catch (error) {
      space.close();
      throw error;
    }
    return space;
  }

  clear(): void {
    this.#machine.clear();
  }

  close(): void {
    this.#keeper.closing(this);
  }
}

/** An address space of guest processes that is a machine. */

import type { AddressSpace } from "./linux/address_space.ts";
import type { Machine } from "./machine.ts";

/** A machine as the kernel sees it. */
export class MachineSpace implements AddressSpace {
  readonly #machine: Machine;
  readonly #make: () => MachineSpace;
  readonly #onClose: (space: MachineSpace) => void;

  /**
   * @param make Makes empty ones.
   * @param onClose Hears that the space is used no more.
   */
  constructor(machine: Machine, make: () => MachineSpace, onClose: (space: MachineSpace) => void) {
    this.#machine = machine;
    this.#make = make;
    this.#onClose = onClose;
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
    return this.#make();
  }

  copy(): MachineSpace {
    const space = this.#make();
    try {
      this.#machine.copyTo(space.#machine);
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
    this.#onClose(this);
  }
}

/** The machines of a guest's processes: that of its program, and those of the processes that it begins. */

import type { AddressSpace } from "./linux/address_space.ts";
import type { Machine } from "./machine.ts";
import { MachineSpace } from "./machine_space.ts";

/** Who makes machines, and hears what becomes of them. */
export interface MachineKeeper {
  /** Makes a machine for another process. */
  make(): Machine;
  /** A machine has become what another one is. */
  copied(from: Machine, to: Machine): void;
  /** A machine is about to be freed. */
  closing(machine: Machine): void;
}

/** Machines by the address spaces that they are. */
export class GuestMachines {
  readonly #first: Machine;
  readonly #keeper: MachineKeeper;
  readonly #machines = new Map<AddressSpace, Machine>();
  /** Blocks that machines executed which are no more. */
  #past = 0;
  /** The program's address space. */
  readonly space: AddressSpace;

  constructor(first: Machine, keeper: MachineKeeper) {
    this.#first = first;
    this.#keeper = keeper;
    const space = (machine: Machine): MachineSpace => {
      const made = new MachineSpace(machine, {
        make: () => space(keeper.make()),
        copied: (to) => keeper.copied(machine, to),
        closing: (closed) => this.#close(closed),
      });
      this.#machines.set(made, machine);
      return made;
    };
    this.space = space(first);
  }

  /** The machine that is an address space. */
  of(space: AddressSpace): Machine {
    return this.#machines.get(space) ?? this.#first;
  }

  /** Blocks that all of them have executed. */
  get executed(): number {
    let blocks = this.#past;
    for (const { cpu } of this.#machines.values()) blocks += cpu.executed;
    return blocks;
  }

  /** The program's own machine is kept: its memory may be looked at when it has ended. */
  #close(space: AddressSpace): void {
    const machine = this.#machines.get(space);
    if (machine === undefined || machine === this.#first) return;
    this.#past += machine.cpu.executed;
    this.#keeper.closing(machine);
    this.#machines.delete(space);
    machine.close();
  }

  /** Frees all but the program's. */
  close(): void {
    for (const space of [...this.#machines.keys()]) this.#close(space);
  }
}

/**
 * The instruments at the machines of a guest's processes: those of its program, and, if processes are followed, those of
 * each process that has a machine of its own.
 *
 * Leaves out what a process does before it has one: after vfork(2) it runs on its parent's.
 */

import type { Closures } from "./closures.ts";
import type { Disassembler } from "./disasm/disassembler.ts";
import type { Guest, GuestEvents } from "./guest.ts";
import { InstrumentedProcess } from "./instrumented_process.ts";
import { type InstrumentedGuest, Instruments } from "./instruments.ts";
import type { SyscallObserver } from "./linux/observers.ts";
import { argumentBytes } from "./linux/proc/arguments.ts";
import type { Process } from "./linux/process.ts";
import type { Machine } from "./machine.ts";
import type { PluginGuest } from "./plugin.ts";

/** What the instruments of all processes share. */
export interface FollowedGround {
  readonly closures: Closures;
  readonly disassembler: Disassembler;
  warn(message: string): void;
}

/** A process that is followed, as its instruments see it. */
class FollowedGuest implements InstrumentedGuest {
  readonly #guest: Guest;
  readonly #machine: Machine;
  #process: Process | undefined;
  #program: PluginGuest = { program: "", args: [], pid: 0 };

  constructor(guest: Guest, machine: Machine) {
    this.#guest = guest;
    this.#machine = machine;
  }

  /** It is this process from now on, and runs the program that the process runs now. */
  is(process: Process): void {
    this.#process = process;
    const [, ...args] = new TextDecoder().decode(argumentBytes(process)).split("\0").slice(0, -1);
    this.#program = { program: process.executable, args, pid: process.pid };
  }

  /** Whether it is known to be another process. */
  isOther(process: Process): boolean {
    return this.#process !== process;
  }

  get program(): PluginGuest {
    return this.#program;
  }

  get thread(): number {
    return this.#machine.threads.current ?? this.#program.pid;
  }

  observe({ entered, left, signalled }: SyscallObserver): () => void {
    return this.#guest.observe({
      followsAll: true,
      entered: (call) => call.process === this.#process ? entered?.(call) : undefined,
      left: (call) => call.process === this.#process ? left?.(call) : undefined,
      signalled: (info, process) => process === this.#process ? signalled?.(info, process) : undefined,
    });
  }

  end(status: number): void {
    if (this.#process !== undefined) this.#guest.endProcess(this.#process, status);
  }
}

function isShared(process: Process): boolean {
  return process.table.isShared(process, "space");
}

interface Followed {
  readonly instruments: Instruments;
  readonly guest: FollowedGuest;
  readonly view: InstrumentedProcess;
}

/** The processes of one guest that have instruments. */
export class FollowedProcesses {
  readonly #ground: FollowedGround;
  readonly #followed = new Map<Machine, Followed>();
  #guest: Guest | undefined;
  #program: Instruments | undefined;

  constructor(ground: FollowedGround) {
    this.#ground = ground;
  }

  /** The guest is there, with instruments at its program. */
  begin(guest: Guest, program: Instruments): void {
    this.#guest = guest;
    this.#program = program;
  }

  /** What the guest tells of its machines. */
  get events(): Pick<GuestEvents, "translated" | "retired" | "unmapped" | "made" | "copied" | "closing"> {
    return {
      translated: (machine, block, start, size) => this.#at(machine)?.translations.translated(block, start, size),
      retired: (machine, block) => this.#at(machine)?.translations.retired(block),
      unmapped: (process, start, end) => this.of(process)?.unmapped(start, end),
      made: (machine) => this.#add(machine),
      copied: (from, to) => this.#at(from)?.symbols.images.forEach((image) => this.#at(to)?.symbols.add(image)),
      closing: (machine) => void this.#followed.delete(machine),
    };
  }

  #add(machine: Machine): void {
    if (this.#guest === undefined) return;
    const guest = new FollowedGuest(this.#guest, machine);
    const instruments = new Instruments({ ...this.#ground, machine, guest });
    this.#followed.set(machine, { instruments, guest, view: new InstrumentedProcess(instruments) });
  }

  #at(machine: Machine): Instruments | undefined {
    return machine === this.#guest?.machine ? this.#program : this.#followed.get(machine)?.instruments;
  }

  /** The instruments at what a process runs on. */
  of(process: Process): Instruments | undefined {
    return this.#guest && this.#at(this.#guest.machineOf(process));
  }

  /** What can be attached to a process other than the program, once it has a machine of its own. */
  view(process: Process): InstrumentedProcess | undefined {
    const machine = this.#guest?.machineOf(process);
    const followed = machine && this.#followed.get(machine);
    if (followed === undefined || followed.guest.isOther(process) && isShared(process)) return undefined;
    if (process.ending === undefined) followed.guest.is(process);
    return followed.view;
  }

  /** Where the process is whose machine is at hand, and its id if it is not the program. */
  place(machine: Machine): { readonly pc: bigint; readonly process?: number } {
    const followed = this.#followed.get(machine);
    if (followed === undefined) return { pc: this.#program?.context.pc ?? 0n };
    return { pc: followed.view.cpu.pc, process: followed.view.pid };
  }

  /** Hands on what plugins wrote while the guest ran. */
  flush(): void {
    this.#program?.plugins.flush();
    for (const { instruments } of this.#followed.values()) instruments.plugins.flush();
  }
}

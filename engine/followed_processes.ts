/**
 * The instruments at the machines of a guest's processes: those of its program, and, if processes are followed, those of
 * each process that has a machine of its own.
 *
 * Leaves out what a process does before it has one: after vfork(2) it runs on its parent's.
 */

import type { Closures } from "./closures.ts";
import type { Disassembler } from "./disasm/disassembler.ts";
import type { Guest } from "./guest.ts";
import type { GuestEvents } from "./guest_options.ts";
import { InstrumentedProcess } from "./instrumented_process.ts";
import { type InstrumentedGuest, Instruments } from "./instruments.ts";
import type { SyscallObserver } from "./linux/observers.ts";
import { argumentBytes } from "./linux/proc/arguments.ts";
import type { Process } from "./linux/process.ts";
import type { LoadedProgram } from "./loader/load_program.ts";
import type { Machine } from "./machine.ts";
import type { PluginGuest } from "./plugin.ts";
import type { Image } from "./symbols/mod.ts";

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
  readonly program = { program: "", args: [] as string[], pid: 0 };

  constructor(guest: Guest, machine: Machine) {
    this.#guest = guest;
    this.#machine = machine;
  }

  /** It is this process from now on, and runs the program that the process runs now. */
  is(process: Process): void {
    this.#process = process;
    const [, ...args] = new TextDecoder().decode(argumentBytes(process)).split("\0").slice(0, -1);
    Object.assign(this.program, { program: process.executable, args, pid: process.pid });
  }

  /** Whether it is known to be another process. */
  isOther(process: Process): boolean {
    return this.#process !== process;
  }

  get thread(): number {
    return this.#machine.threads.current ?? this.program.pid;
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

/** A machine's instruments, the process whose they are, and what users see of it. */
interface Followed {
  readonly instruments: Instruments;
  readonly guest: FollowedGuest;
  readonly view: InstrumentedProcess | undefined;
}

/** The processes of one guest that have instruments. */
export class FollowedProcesses {
  readonly #ground: FollowedGround;
  readonly #followed = new Map<Machine, Followed>();
  #guest: Guest | undefined;

  constructor(ground: FollowedGround) {
    this.#ground = ground;
  }

  /** The guest is there. @returns The instruments at its program. */
  begin(guest: Guest, program: PluginGuest): Instruments {
    this.#guest = guest;
    const { machine, process } = guest;
    const followed = new FollowedGuest(guest, machine);
    followed.is(process);
    Object.assign(followed.program, program);
    const instruments = new Instruments({ ...this.#ground, machine, guest: followed });
    this.#followed.set(machine, { instruments, guest: followed, view: undefined });
    instruments.addImages(guest.program, process.paths);
    return instruments;
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
    return this.#followed.get(machine)?.instruments;
  }

  #of(process: Process): Followed | undefined {
    return this.#guest && this.#followed.get(this.#guest.machineOf(process));
  }

  /** The instruments at what a process runs on. */
  of(process: Process): Instruments | undefined {
    return this.#of(process)?.instruments;
  }

  /** A process runs another program now, of which nothing has run. @returns The program's images. */
  executed(process: Process, program: LoadedProgram): readonly Image[] {
    const followed = this.#of(process);
    followed?.guest.is(process);
    return followed?.instruments.executed(program, process.paths) ?? [];
  }

  /** What can be attached to a process other than the program, once it has a machine of its own. */
  view(process: Process): InstrumentedProcess | undefined {
    const followed = this.#of(process);
    if (followed?.view === undefined || followed.guest.isOther(process) && isShared(process)) return undefined;
    if (followed.guest.isOther(process)) followed.guest.is(process);
    return followed.view;
  }

  /** What can be attached to the processes other than the program that run. */
  get views(): InstrumentedProcess[] {
    return [...this.#followed.values()].flatMap(({ view }) => view === undefined || view.pid === 0 ? [] : [view]);
  }

  /** Where the process is whose machine is at hand, and its id if it is not the program. */
  place(machine: Machine): { readonly pc: bigint; readonly process?: number } {
    const followed = this.#followed.get(machine);
    const pc = followed?.instruments.context.pc ?? 0n;
    return followed?.view === undefined ? { pc } : { pc, process: followed.view.pid };
  }

  /** Hands on what plugins wrote while the guest ran. */
  flush(): void {
    for (const { instruments } of this.#followed.values()) instruments.plugins.flush();
  }
}

/**
 * A machine with next to no kernel: what the tests of the engine run freestanding guests on.
 *
 * Answers write(2), mmap(2), mprotect(2), munmap(2) and exit(2), and collects the output. Leaves out everything else:
 * those are the tests of the engine alone.
 */

import { closeSync, openSync } from "node:fs";
import type { SliceEnd } from "../../engine/cpu/cpu.ts";
import { Disassembler, type Instruction } from "../../engine/disasm/disassembler.ts";
import { findLibrary } from "../../engine/ffi/find_library.ts";
import { FileSource } from "../../engine/binary/elf/file_source.ts";
import { loadProgram } from "../../engine/loader/load_program.ts";
import { Machine } from "../../engine/machine.ts";
import { pageUp } from "../../engine/memory/guest_memory.ts";
import { REGISTER_INDEX, SYSCALL_ARGUMENTS } from "../../engine/arch/x86_64.ts";

const { rax, rcx, r11 } = REGISTER_INDEX;
const ARGUMENTS = SYSCALL_ARGUMENTS.map((name) => REGISTER_INDEX[name]);
const ENOSYS = 38;

/** How a {@linkcode BareGuest} ended. */
export type BareEnd = { readonly kind: "exited"; readonly status: number } | Exclude<SliceEnd, { kind: "budget" }>;

/** A freestanding guest on a machine of its own. */
export class BareGuest implements Disposable {
  readonly machine: Machine;
  /** What the machine's `translated` event told: start of each new block. */
  readonly translated: number[] = [];
  readonly #disassembler = new Disassembler(findLibrary("capstone").path);
  #output = "";
  #exit: number | undefined;
  #mappingTop = 0x70_0000_0000;

  /**
   * Loads a static program.
   *
   * @param path On the host.
   * @param options See `MachineOptions`; with `truth`, a stub also counts every single instruction: see
   *   {@linkcode BareGuest.truth}.
   */
  constructor(
    path: string,
    options: { readonly truth?: boolean; readonly counting?: boolean; readonly accessCallback?: bigint } = {},
  ) {
    this.machine = new Machine(findLibrary("unicorn").path, this.#disassembler, {
      syscall: (next) => this.#syscall(next),
      translated: (start) => void this.translated.push(start),
      retired: () => {},
    }, {
      counting: options.counting ?? true,
      countInstructions: options.truth ?? false,
      ...(options.accessCallback === undefined ? {} : { accessCallback: options.accessCallback }),
    });
    const { memory, cpu: { registers } } = this.machine;
    const program = loadProgram(memory, {
      path,
      arguments: [new TextEncoder().encode(path)],
      environment: [],
      random: new Uint8Array(16),
      user: { uid: 0, euid: 0, gid: 0, egid: 0 },
      open: (file) => {
        const source = new FileSource(file);
        const descriptor = openSync(file, "r");
        return {
          size: source.size,
          descriptor,
          read: (offset, length) => source.read(offset, length),
          close: () => {
            source.close();
            closeSync(descriptor);
          },
        };
      },
    });
    registers.setGeneral(REGISTER_INDEX.rsp, BigInt(program.stackPointer));
    registers.pc = BigInt(program.entry);
  }

  /** What the guest wrote so far. */
  get output(): string {
    return this.#output;
  }

  /** The guest's exit status, once it has called exit(2). */
  get exit(): number | undefined {
    return this.#exit;
  }

  /** Address of the next instruction. */
  get pc(): number {
    return Number(this.machine.cpu.registers.pc);
  }

  /** The instruction at an address, in a list. */
  decode(address: number): Instruction[] {
    return this.#disassembler.decode(this.machine.memory.view(address, 15), address, 1);
  }

  /** The general registers, the program counter and the flags. */
  registers(): bigint[] {
    const { registers } = this.machine.cpu;
    return [
      ...Array.from({ length: 16 }, (_, index) => registers.general(index)),
      registers.pc,
      BigInt(registers.flags),
    ];
  }

  #syscall(next: bigint): boolean {
    const { registers } = this.machine.cpu;
    registers.setGeneral(rcx, next);
    registers.setGeneral(r11, BigInt(registers.flags));
    const values = ARGUMENTS.map((index) => Number(BigInt.asIntN(64, registers.general(index))));
    registers.setGeneral(rax, BigInt(this.#call(Number(registers.general(rax)), values)));
    return this.#exit === undefined;
  }

  #call(number: number, [first, second, third]: readonly number[]): number {
    const { memory } = this.machine;
    switch (number) {
      case 1:
        this.#output += new TextDecoder().decode(memory.bytes(second, third));
        return third;
      case 9: {
        const length = pageUp(second);
        if (first === 0) this.#mappingTop -= length;
        const start = first || this.#mappingTop;
        return memory.map({ start, length, protection: third }) === 0 ? start : -ENOSYS;
      }
      case 10:
        return -memory.protect(first, pageUp(second), third);
      case 11:
        memory.unmap(first, pageUp(second));
        return 0;
      case 60:
      case 231:
        this.#exit = first & 0xff;
        return 0;
      default:
        return -ENOSYS;
    }
  }

  /** What a slice's end means; undefined if the guest goes on. */
  #ended(end: SliceEnd): BareEnd | undefined {
    if (this.#exit !== undefined) return { kind: "exited", status: this.#exit };
    return end.kind === "budget" ? undefined : end;
  }

  /** Runs one slice. @returns How the guest ended or stopped, if it did. */
  slice(budget: number): BareEnd | undefined {
    return this.#ended(this.machine.run(budget));
  }

  /** Executes one instruction. @returns How the guest ended or stopped, if it did. */
  step(): BareEnd | undefined {
    return this.#ended(this.machine.step());
  }

  /** Runs to the end, past stops, in slices of a budget that a function tells. @throws {Error} If there are too many. */
  run(budget: () => number = () => 1_000_000, most = 100_000): BareEnd {
    for (let slices = 0; slices < most; slices++) {
      const end = this.slice(budget());
      if (end !== undefined && end.kind !== "stopped") return end;
    }
    throw new Error(`Cannot run the guest to its end: it is not there after ${most} slices`);
  }

  /** Steps to the end. @throws {Error} If it takes too many steps. */
  stepAll(most = 1_000_000): BareEnd {
    for (let steps = 0; steps < most; steps++) {
      const end = this.step();
      if (end !== undefined) return end;
    }
    throw new Error(`Cannot step the guest to its end: it is not there after ${most} steps`);
  }

  /** What the ledger says: executions by address, those of changed code together, zeros left out. */
  counts(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { address, count } of this.machine.ledger.instructions()) {
      counts.set(address, (counts.get(address) ?? 0) + count);
    }
    return new Map([...counts].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b));
  }

  /** What the instruction stub counted in `[start, end)`, zeros left out. */
  truth(ranges: Iterable<readonly [start: number, end: number]>): Map<number, number> {
    const counts = new Map<number, number>();
    for (const [start, end] of ranges) {
      for (let address = start; address < end; address++) {
        const count = Number(this.machine.shadow.table.get("EXECUTED", address));
        if (count !== 0) counts.set(address, count);
      }
    }
    return counts;
  }

  /** The executable ranges that are mapped now. */
  executable(): [number, number][] {
    return this.machine.memory.regions.list().filter(({ protection }) => protection & 4)
      .map(({ start, end }) => [start, end]);
  }

  /** Frees the machine. */
  close(): void {
    this.machine.close();
    this.#disassembler.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Pseudo-random numbers from a seed, the same in every run: mulberry32. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) % limit;
  };
}

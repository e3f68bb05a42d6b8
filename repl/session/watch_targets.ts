/**
 * Watched memory and registers as targets.
 *
 * Memory is watched by the engine, at no cost elsewhere; what a system call stores into it is seen when the call has
 * returned. A register is compared after each instruction, so the guest runs instruction by instruction meanwhile.
 */

import {
  type CpuView,
  type Emulator,
  type GuestContext,
  UnknownImageError,
  UnknownSymbolError,
  type WatchEvent,
  type WatchKind,
} from "../../mod.ts";
import { instructionText } from "../views/disassembly.ts";
import { place } from "../views/hex.ts";
import { changeLines } from "../views/watch.ts";
import type { Attached, HitDetails, Stepper, Target } from "./attachment.ts";
import { registerBits, registerValue } from "./registers.ts";

/** A range of memory to watch. */
export interface WatchedRange {
  /** An address, or a symbol that is looked up in each run. */
  readonly where: string | bigint;
  /** In bytes; by default the symbol's. */
  readonly size: number | undefined;
  readonly kind: WatchKind;
  /** As it was typed. */
  readonly text: string;
}

const TYPES: Readonly<Record<WatchKind, string>> = {
  write: "hw watchpoint",
  read: "read watchpoint",
  access: "acc watchpoint",
};
const COMMANDS: Readonly<Record<WatchKind, string>> = { write: "watch", read: "rwatch", access: "awatch" };

/** Bytes of what says nothing of its size. */
const WORD = 8;

type Hit = (cpu: GuestContext, details: HitDetails) => void;

function isSame(before: Uint8Array, after: Uint8Array): boolean {
  return before.length === after.length && before.every((byte, index) => byte === after[index]);
}

function describer(cpu: GuestContext): (address: bigint) => string | undefined {
  return (address) => {
    const found = cpu.symbols.at(address);
    return found && `${found.name}${found.offset === 0 ? "" : `+${found.offset}`}`;
  };
}

/** `0x401136 <main+4>: mov    dword ptr [rip + 0x2ee8], eax`. */
function instructionAt(cpu: GuestContext, pc: bigint): string {
  const describe = describer(cpu);
  const [instruction] = cpu.disassemble(pc, 1);
  return `${place(pc, describe)}${instruction === undefined ? "" : `: ${instructionText(instruction, describe)}`}`;
}

/** How long an object is; of anything else, a word is meant. */
export function sizeAt(symbol: { readonly kind: string; readonly size: number; readonly offset: number } | undefined) {
  return symbol?.offset === 0 && symbol.kind === "object" && symbol.size > 0 ? symbol.size : WORD;
}

/** A watched range of one run: it may wait for its symbol. */
class MemoryWatch implements Attached {
  readonly #emulator: Emulator;
  readonly #range: WatchedRange;
  readonly #hit: Hit;
  readonly #used = new DisposableStack();
  #address: bigint | undefined;
  #isEnabled = true;
  #watchpoint: { enable(): void; disable(): void } | undefined;

  constructor(emulator: Emulator, range: WatchedRange, hit: Hit, pending: boolean) {
    this.#emulator = emulator;
    this.#range = range;
    this.#hit = hit;
    try {
      this.#place();
    } catch (error) {
      if (!pending || !(error instanceof UnknownSymbolError || error instanceof UnknownImageError)) throw error;
      this.#used.use(emulator.on("image", () => this.#retry()));
    }
  }

  #retry(): void {
    if (this.#address !== undefined) return;
    try {
      this.#place();
    } catch (error) {
      if (!(error instanceof UnknownSymbolError || error instanceof UnknownImageError)) throw error;
    }
  }

  #place(): void {
    const { where, kind } = this.#range;
    const { symbols } = this.#emulator;
    const address = typeof where === "bigint" ? where : symbols.find(where).address;
    const size = this.#range.size ?? sizeAt(symbols.at(address));
    const watchpoint = this.#emulator.watch(address, size, (event, cpu) => this.#accessed(event, cpu), kind);
    this.#address = address;
    this.#watchpoint = watchpoint;
    this.#used.use(watchpoint);
    if (!this.#isEnabled) watchpoint.disable();
    if (kind !== "read") this.#followSyscalls(address, size);
  }

  #accessed({ pc, kind, before, after }: WatchEvent, cpu: GuestContext): void {
    const isChanged = !isSame(before, after);
    if (this.#range.kind === "write" && !isChanged) return;
    const verb = isChanged ? "Changed" : kind === "write" ? "Written" : "Read";
    this.#hit(cpu, [`: ${this.#range.text}`, ...changeLines(before, after), `${verb} by ${instructionAt(cpu, pc)}`]);
  }

  /** The kernel stores for the guest without an instruction of its own. */
  #followSyscalls(address: bigint, size: number): void {
    const { memory, cpu } = this.#emulator;
    const bytes = () => memory.bytes(address, memory.accessible(Number(address), size, 1));
    let before: Uint8Array | undefined;
    this.#used.use(this.#emulator.hookSyscall(/^/, {
      onEnter: () => void (before = this.#isEnabled ? bytes() : undefined),
      onLeave: ({ name }) => {
        const after = bytes();
        if (before === undefined || !this.#isEnabled || isSame(before, after)) return;
        this.#hit(cpu, [`: ${this.#range.text}`, ...changeLines(before, after), `Changed by the system call ${name}`]);
      },
    }));
  }

  get addresses(): readonly bigint[] {
    return this.#address === undefined ? [] : [this.#address];
  }

  get isPending(): boolean {
    return this.#address === undefined;
  }

  enable(): void {
    this.#isEnabled = true;
    this.#watchpoint?.enable();
  }

  disable(): void {
    this.#isEnabled = false;
    this.#watchpoint?.disable();
  }

  detach(): void {
    this.#used.dispose();
  }
}

/** Watched memory. */
export function memoryTarget(range: WatchedRange): Target {
  const { where, size, kind, text } = range;
  const address = typeof where === "bigint" ? `*0x${where.toString(16)}` : where;
  return {
    kind: "watchpoint",
    type: TYPES[kind],
    where: text,
    source: `${COMMANDS[kind]} ${address}${size === undefined ? "" : `,${size}`}`,
    attach: (emulator, hit, pending) => new MemoryWatch(emulator, range, hit, pending),
  };
}

/** A watched register of one run. */
class RegisterWatch implements Attached, Stepper {
  readonly addresses: readonly bigint[] = [];
  readonly isPending = false;
  readonly stepper = this;
  readonly #cpu: GuestContext;
  readonly #name: string;
  readonly #hit: Hit;
  #isEnabled = true;
  #last: bigint | undefined;
  #at = 0n;

  constructor(cpu: GuestContext, name: string, hit: Hit) {
    this.#cpu = cpu;
    this.#name = name;
    this.#hit = hit;
  }

  /** Notes the value before an instruction. */
  before(): void {
    this.#last = registerValue(this.#cpu, this.#name);
    this.#at = this.#cpu.pc;
  }

  /** Compares the value after it. */
  after(): void {
    const now = registerValue(this.#cpu, this.#name);
    if (!this.#isEnabled || now === undefined || this.#last === undefined || now === this.#last) return;
    const bytes = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer, 0, registerBits(this.#name) / 8);
    this.#hit(this.#cpu, [
      `: $${this.#name}`,
      ...changeLines(bytes(this.#last), bytes(now)),
      `Changed by ${instructionAt(this.#cpu, this.#at)}`,
    ]);
  }

  enable(): void {
    this.#isEnabled = true;
  }

  disable(): void {
    this.#isEnabled = false;
  }

  detach(): void {
    this.#isEnabled = false;
  }
}

/** A watched register. */
export function registerTarget(name: string): Target {
  return {
    kind: "watchpoint",
    type: "watchpoint",
    where: `$${name}`,
    source: `watch $${name}`,
    attach: (emulator, hit) => new RegisterWatch(emulator.cpu, name, hit),
  };
}

/** Whether there is a register of a name. */
export function isRegister(cpu: CpuView, name: string): boolean {
  return registerValue(cpu, name) !== undefined;
}

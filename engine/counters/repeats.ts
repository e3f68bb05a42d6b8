/**
 * REP instructions count once an iteration, and once if there is none, as the CPU traps when it is stepped.
 *
 * The translator executes an iteration and enters the instruction anew, as a block of its own, which finds rcx zero in
 * the end: that last entry only checks. It is no execution, so it is taken back here, or by the stub where that is
 * certain (see `blockStub`). Left out: REP with the address-size prefix, which counts the check too.
 */

import type { Cpu } from "../cpu/cpu.ts";
import { REGISTER_INDEX } from "../arch/x86_64.ts";
import type { GuestMemory } from "../memory/guest_memory.ts";
import type { BlockLedger } from "./ledger.ts";
import type { ShadowTable } from "./shadow.ts";

/** Longest REP instruction that is recognised: two prefixes, REX, opcode. */
const LONGEST = 4;
const NOWHERE = -1;

/** REP instructions of one guest. */
export class Repeats {
  readonly #cpu: Cpu;
  readonly #memory: GuestMemory;
  readonly #ledger: BlockLedger;
  readonly #shadow: ShadowTable;
  /** The REP instruction that was just reached, from elsewhere, with nothing to do. */
  #empty = NOWHERE;
  /** The REP instruction that was just found to be over. */
  #over = NOWHERE;

  constructor(cpu: Cpu, memory: GuestMemory, ledger: BlockLedger, shadow: ShadowTable) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.#ledger = ledger;
    this.#shadow = shadow;
  }

  /** Has the stub take back the last entry of a new block, if it is nothing but a REP instruction. */
  learn(start: number, size: number): void {
    if (this.#isRepeat(start, size)) this.#shadow.setRepeat(start, true);
  }

  /** Whether the block that is being entered only finds that a REP instruction is done: it was not executed then. */
  isOver(start: number, size: number): boolean {
    this.#empty = this.#over = NOWHERE;
    if (size > LONGEST || !this.#isCountZero || !this.#isRepeat(start, size)) {
      return false;
    }
    const { previousBlock } = this.#cpu;
    const previous = this.#ledger.block(previousBlock);
    const endsWithIt = previous !== undefined && previous.start <= start &&
      previous.start + previous.size === start + size;
    const isOver = previousBlock === start || endsWithIt;
    if (isOver) this.#over = start;
    else this.#empty = start;
    return isOver;
  }

  /** The same for an instruction that is hooked in the translation. */
  isOverAt(address: number): boolean {
    if (this.#cpu.blockStart !== address) return false;
    if (!this.#isCountZero) {
      this.#empty = this.#over = NOWHERE;
      return false;
    }
    return this.#over === address || this.#shadow.isRepeat(address) && this.#empty !== address;
  }

  /** Goes on behind a REP instruction that is done when a slice's budget ended before it could be found out. */
  settle(): void {
    if (!this.#isCountZero) return;
    const { registers, blockStart } = this.#cpu;
    const block = this.#ledger.block(blockStart);
    const pc = Number(registers.pc);
    if (block === undefined || pc < blockStart || pc >= blockStart + block.size) return;
    const end = blockStart + block.size;
    if (this.#isRepeat(pc, end - pc)) registers.pc = BigInt(end);
  }

  get #isCountZero(): boolean {
    return this.#cpu.registers.general(REGISTER_INDEX.rcx) === 0n;
  }

  #isRepeat(start: number, size: number): boolean {
    if (size > LONGEST || size < 2 || !this.#memory.allows(start, size, 1)) return false;
    return isRepeat(this.#memory.uncheckedView(start, size));
  }
}

/** Whether bytes are one string instruction with REP, REPE or REPNE. See the Intel manual, volume 2B, REP. */
export function isRepeat(bytes: Uint8Array): boolean {
  let at = 0;
  let repeats = false;
  for (; bytes[at] === 0xf2 || bytes[at] === 0xf3 || bytes[at] === 0x66; at++) repeats ||= bytes[at] !== 0x66;
  if ((bytes[at] & 0xf0) === 0x40) at++;
  const opcode = bytes[at];
  const isString = opcode >= 0xa4 && opcode <= 0xa7 || opcode >= 0xaa && opcode <= 0xaf ||
    opcode >= 0x6c && opcode <= 0x6f;
  return repeats && isString && at === bytes.length - 1;
}

/**
 * Callers of the guest, found without unwind information: by the return address at a function's entry, by frame
 * pointers where the function keeps them, and else by what looks like return addresses on the stack.
 *
 * Leaves out .eh_frame: what is marked as a guess may be left over from an earlier call.
 */

import type { Emulator } from "../../mod.ts";
import type { Frame } from "../views/backtrace.ts";

const EXECUTE = 4;
/** Words of the stack that are searched. */
const SEARCHED = 4096;
const PROLOGUE = /^(?:f30f1efa)?554889e5/;

/** Where the function at hand returns to, and the stack pointer's value at its return instruction. */
export interface ReturnPlace {
  readonly address: bigint;
  readonly sp: bigint;
}

/** Whether an address is behind a call instruction in code that is mapped. */
export function followsCall(emulator: Emulator, address: bigint): boolean {
  const { memory } = emulator;
  if (address < 16n || address >= 1n << 40n) return false;
  const start = Number(address);
  if (!((memory.regions.at(start - 1)?.protection ?? 0) & EXECUTE)) return false;
  if (!memory.allows(start - 7, 7, 1)) return false;
  const bytes = memory.view(start - 7, 7);
  if (bytes[2] === 0xe8) return true; // call rel32
  // ff /2: call through a register or memory, with 0, 1 or 4 bytes of displacement, and perhaps a SIB byte
  return [2, 3, 4, 6, 7].some((length) => {
    const at = 7 - length;
    if (bytes[at] !== 0xff || (bytes[at + 1] >> 3 & 7) !== 2) return false;
    const [mode, rm] = [bytes[at + 1] >> 6, bytes[at + 1] & 7];
    const sib = mode !== 3 && rm === 4 ? 1 : 0;
    const displacement = mode === 1 ? 1 : mode === 2 || mode === 0 && rm === 5 ? 4 : 0;
    return 2 + sib + displacement === length;
  });
}

function word(emulator: Emulator, address: bigint): bigint | undefined {
  return emulator.memory.allows(Number(address), 8, 1) ? emulator.memory.u64(address) : undefined;
}

/** Whether the function at hand has set up rbp as its frame pointer. */
function keepsFramePointer(emulator: Emulator): boolean {
  const { cpu, memory } = emulator;
  const symbol = cpu.symbol;
  if (symbol === undefined || !memory.allows(Number(symbol.address), 8, 1)) return false;
  const start = [...memory.view(symbol.address, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const prologue = PROLOGUE.exec(start);
  if (prologue === null || symbol.offset < prologue[0].length / 2) return false;
  // At the return instruction, and after `leave` or `pop rbp`, rbp is the caller's.
  return cpu.instruction?.mnemonic !== "ret" && cpu.rbp >= cpu.sp;
}

/** Where the function at hand returns to, if it can be told without running it. */
export function returnPlace(emulator: Emulator): ReturnPlace | undefined {
  const { cpu } = emulator;
  if (cpu.symbol?.offset === 0 || cpu.instruction?.mnemonic === "ret") {
    const address = word(emulator, cpu.sp);
    return address === undefined || !followsCall(emulator, address) ? undefined : { address, sp: cpu.sp };
  }
  if (!keepsFramePointer(emulator)) return undefined;
  const address = word(emulator, cpu.rbp + 8n);
  return address === undefined || !followsCall(emulator, address) ? undefined : { address, sp: cpu.rbp + 8n };
}

/** The frames of the guest, the innermost first. @param limit Most frames. */
export function frames(emulator: Emulator, limit: number): Frame[] {
  const { cpu } = emulator;
  const list: Frame[] = [{ address: cpu.pc, found: "pc" }];
  let sp = cpu.sp;
  let frame = cpu.rbp;
  const isEntry = cpu.symbol?.offset === 0 || cpu.instruction?.mnemonic === "ret";
  const place = returnPlace(emulator);
  if (place !== undefined) {
    list.push({ address: place.address, found: isEntry ? "return address" : "frame pointer" });
    sp = place.sp + 8n;
    if (!isEntry) frame = word(emulator, cpu.rbp) ?? 0n;
  }
  // The caller keeps a frame pointer if rbp points up the stack to a pair of frame pointer and return address.
  while (list.length < limit && place !== undefined && frame >= sp) {
    const [next, address] = [word(emulator, frame), word(emulator, frame + 8n)];
    if (next === undefined || address === undefined || !followsCall(emulator, address)) break;
    list.push({ address, found: "frame pointer" });
    sp = frame + 16n;
    frame = next;
  }
  for (let searched = 0; searched < SEARCHED && list.length < limit; searched++, sp += 8n) {
    const value = word(emulator, sp);
    if (value === undefined) break;
    if (followsCall(emulator, value)) list.push({ address: value, found: "guess" });
  }
  return list;
}

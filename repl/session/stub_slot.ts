/** The stubs of the procedure linkage table, for steps that go through them to a function of another image. */

import type { Emulator } from "../../mod.ts";

/** Most instructions of a stub up to its jump. */
const LONGEST = 3;
const PLACE = /^qword ptr \[rip (?<sign>[+-]) (?<distance>0x[0-9a-f]+|\d+)\]$/;

/** Where the stub at hand has the address that it jumps to; undefined where there is no stub. */
export function stubSlot({ cpu, symbols }: Emulator): bigint | undefined {
  if (!symbols.at(cpu.pc)?.name.endsWith("@plt")) return undefined;
  const jump = cpu.disassemble(cpu.pc, LONGEST).find(({ mnemonic }) => mnemonic.endsWith("jmp"));
  const place = jump && PLACE.exec(jump.operands)?.groups;
  if (jump === undefined || place === undefined) return undefined;
  return jump.address + BigInt(jump.size) + BigInt(place.distance) * (place.sign === "-" ? -1n : 1n);
}

/** The function in a slot; undefined as long as the dynamic linker has not chosen one: then it leads back to the stubs. */
export function boundFunction({ memory, symbols }: Emulator, slot: bigint): bigint | undefined {
  const address = memory.u64(slot);
  const isBound = symbols.imageAt(address) !== symbols.imageAt(slot) || symbols.at(address)?.offset === 0;
  return isBound ? address : undefined;
}

/**
 * The floating-point and SSE state of a signal frame: 512 bytes as FXSAVE writes them. The guest's CPU has no XSAVE, so
 * nothing follows them.
 *
 *     0 control | 2 status | 4 tags | 24 MXCSR | 28 its mask | 32 ST0-7, 16 bytes each | 160 XMM0-15
 *
 * Intel manual, volume 1, 10.5.1. Leaves out the address of the last x87 instruction.
 */

import type { Registers } from "../../cpu/registers.ts";
import { REGISTER_ID } from "../../arch/x86_64.ts";

/** Bytes of the state. */
export const FLOATING_POINT_SIZE = 512;

const AT = { CONTROL: 0, STATUS: 2, TAGS: 4, MXCSR: 24, MXCSR_MASK: 28, ST: 32, XMM: 160 } as const;
const { FPCW, FPSW, FPTAG, MXCSR, ST0, XMM0 } = REGISTER_ID;
const MXCSR_BITS = 0xffff;
const EMPTY = 3;

/** The state as it is. */
export function saveFloatingPoint(registers: Registers): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FLOATING_POINT_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(AT.CONTROL, Number(registers.read(FPCW)), true);
  view.setUint16(AT.STATUS, Number(registers.read(FPSW)), true);
  const tags = Number(registers.read(FPTAG));
  for (let index = 0; index < 8; index++) {
    if ((tags >> index * 2 & 3) !== EMPTY) bytes[AT.TAGS] |= 1 << index;
    bytes.set(registers.readWide(ST0 + index, 10), AT.ST + index * 16);
  }
  view.setUint32(AT.MXCSR, Number(registers.read(MXCSR) & 0xffff_ffffn), true);
  view.setUint32(AT.MXCSR_MASK, MXCSR_BITS, true);
  for (let index = 0; index < 16; index++) bytes.set(registers.readWide(XMM0 + index, 16), AT.XMM + index * 16);
  return bytes;
}

/** Sets the state. The stack's top, in the status word, comes before what is stored relative to it. */
export function restoreFloatingPoint(registers: Registers, bytes: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FLOATING_POINT_SIZE);
  registers.write(FPSW, BigInt(view.getUint16(AT.STATUS, true)));
  registers.write(FPCW, BigInt(view.getUint16(AT.CONTROL, true)));
  for (let index = 0; index < 8; index++) {
    registers.writeWide(ST0 + index, bytes.slice(AT.ST + index * 16, AT.ST + index * 16 + 10));
  }
  let tags = 0;
  for (let index = 0; index < 8; index++) {
    if (!(bytes[AT.TAGS] & 1 << index)) tags |= EMPTY << index * 2;
  }
  registers.write(FPTAG, BigInt(tags));
  registers.write(MXCSR, BigInt(view.getUint32(AT.MXCSR, true) & MXCSR_BITS));
  for (let index = 0; index < 16; index++) {
    registers.writeWide(XMM0 + index, bytes.slice(AT.XMM + index * 16, AT.XMM + index * 16 + 16));
  }
}

/** The state of a thread that has just begun. */
export function initialFloatingPoint(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FLOATING_POINT_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint16(AT.CONTROL, 0x37f, true);
  view.setUint32(AT.MXCSR, 0x1f80, true);
  return bytes;
}

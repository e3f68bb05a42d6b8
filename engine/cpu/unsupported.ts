/**
 * Instructions that the CPU of guests does not have, and says so in CPUID, but that the translator does not refuse: those
 * with a VEX prefix. It does AVX's as their SSE namesakes, with other operands, and one of BMI2 wrongly.
 *
 * Leaves out what the translator itself refuses: EVEX, and VEX with 256 bits. See the Intel manual, volume 2A, 2.3.
 */

/** First bytes of the two forms; in 64-bit code they begin nothing else. */
const [VEX3, VEX2] = [0xc4, 0xc5];
/** Prefixes that may come before: segments, and 32-bit addresses. Others make it an invalid instruction anyway. */
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67]);

/** Whether code may hold such an instruction, to tell quickly that it does not. */
export function mayHoldUnsupported(code: Uint8Array): boolean {
  for (let at = 0; at + 2 < code.length; at++) {
    // The low bits of a long prefix's second byte are the map of opcodes: 1, 2 or 3.
    if (code[at] === VEX2 || code[at] === VEX3 && (code[at + 1] & 0x1c) === 0) return true;
  }
  return false;
}

/** Whether an instruction is such a one. @param bytes The instruction's. */
export function isUnsupported(bytes: Uint8Array): boolean {
  let at = 0;
  while (PREFIXES.has(bytes[at])) at++;
  return bytes[at] === VEX2 || bytes[at] === VEX3;
}

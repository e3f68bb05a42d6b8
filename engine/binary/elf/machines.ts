/** Names of the values of e_machine, for messages. A table; the gABI's list of machines, chapter 4, and elf.h. */

const MACHINES: Readonly<Record<number, string>> = {
  0: "no machine",
  1: "AT&T WE 32100",
  2: "SPARC",
  3: "Intel 80386",
  4: "Motorola 68000",
  5: "Motorola 88000",
  6: "Intel MCU",
  7: "Intel 80860",
  8: "MIPS",
  9: "IBM System/370",
  10: "MIPS R3000 little-endian",
  15: "HP PA-RISC",
  18: "SPARC v8+",
  19: "Intel 80960",
  20: "PowerPC",
  21: "PowerPC64",
  22: "IBM S/390",
  40: "ARM",
  41: "Alpha",
  42: "SuperH",
  43: "SPARC v9",
  50: "Intel Itanium",
  62: "x86-64",
  76: "Axis CRIS",
  83: "Atmel AVR",
  92: "OpenRISC 1000",
  93: "ARC",
  94: "Xtensa",
  105: "TI MSP430",
  106: "Blackfin",
  113: "Altera Nios II",
  164: "Qualcomm Hexagon",
  183: "AArch64",
  189: "Xilinx MicroBlaze",
  190: "NVIDIA CUDA",
  195: "ARC Compact 2",
  224: "AMD GPU",
  243: "RISC-V",
  247: "Linux BPF",
  252: "C-SKY",
  258: "LoongArch",
};

/** e_machine of 64-bit x86. */
export const EM_X86_64 = 62;

/**
 * The name of a machine.
 *
 * @param machine e_machine.
 * @returns Its name, or its number where it has none here.
 */
export function machineName(machine: number): string {
  return MACHINES[machine] ?? `machine ${machine}`;
}

/**
 * Maps the loadable segments of an ELF file, as Linux's `load_elf_binary` does. No relocation: that is the guest's.
 */

import type { ElfImage } from "../binary/elf/mod.ts";
import { type GuestMemory, PAGE_SIZE, pageDown, pageUp } from "../memory/guest_memory.ts";
import { ProgramError } from "./errors.ts";

/**
 * Maps an image.
 *
 * @param descriptor Host descriptor of the file.
 * @param base Load bias.
 * @returns Address past the last byte of the last segment.
 * @throws {ProgramError} If the host cannot map it.
 */
export function mapImage(memory: GuestMemory, elf: ElfImage, descriptor: number, base: number): number {
  let end = 0;
  for (const segment of elf.loadSegments) {
    const address = base + Number(segment.address);
    const start = pageDown(address);
    const protection = (segment.readable ? 1 : 0) | (segment.writable ? 2 : 0) | (segment.executable ? 4 : 0);
    const fileEnd = address + segment.fileSize;
    const memoryEnd = address + segment.memorySize;
    if (segment.fileSize > 0) {
      const file = { descriptor, offset: pageDown(segment.offset) };
      const status = memory.map({ start, length: fileEnd - start, protection, name: elf.file, file });
      if (status !== 0) {
        throw new ProgramError(elf.file, `segment ${segment.index} cannot be mapped, errno is ${status}`);
      }
      if (memoryEnd > fileEnd && fileEnd % PAGE_SIZE !== 0) {
        memory.write(fileEnd, new Uint8Array(pageUp(fileEnd) - fileEnd));
      }
    }
    const zeroStart = segment.fileSize > 0 ? pageUp(fileEnd) : start;
    if (memoryEnd > zeroStart) memory.map({ start: zeroStart, length: memoryEnd - zeroStart, protection });
    end = Math.max(end, memoryEnd);
  }
  return end;
}

/** Number of bytes from the image's first page to its last. */
export function imageSpan(elf: ElfImage): number {
  const segments = elf.loadSegments;
  const last = segments[segments.length - 1];
  return pageUp(Number(last.address) + last.memorySize) - pageDown(Number(segments[0].address));
}

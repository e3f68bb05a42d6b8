/**
 * Finds the call frame information of an image: `.eh_frame` of the file itself, `.debug_frame` of it or its debug file.
 *
 * A file without section headers still has its program header for `.eh_frame_hdr`, which leads to `.eh_frame`.
 */

import { CallFrames, type CallFrameSections, frameAddress } from "../binary/dwarf/mod.ts";
import { type ByteSource, type ElfImage, type ElfSegment, SECTION_FLAG } from "../binary/elf/mod.ts";

/**
 * Reads the call frame information of a file.
 *
 * @param elf The file, whose source is still open.
 * @param source Its bytes.
 * @param debug Its debug file, if it has one that is open.
 * @returns The information; it finds nothing where the file has none.
 * @throws {ElfError} If the section header table or a section is corrupt.
 */
export function loadCallFrames(elf: ElfImage, source: ByteSource, debug: ElfImage | undefined): CallFrames {
  if (elf.sections().length === 0) return new CallFrames(bySegment(elf, source));
  const section = (name: string, of = elf) => {
    const found = of.section(name);
    if (found === undefined) return undefined;
    const bytes = of.contents(found);
    return bytes.length === 0 ? undefined : { bytes, address: Number(found.address) };
  };
  const isMapped = ((elf.section(".eh_frame")?.flags ?? 0) & SECTION_FLAG.allocate) !== 0;
  const ehFrame = isMapped ? section(".eh_frame") : undefined;
  const ehFrameHeader = section(".eh_frame_hdr");
  const debugFrame = section(".debug_frame") ?? (debug === undefined ? undefined : section(".debug_frame", debug));
  const text = elf.section(".text");
  const data = elf.section(".got.plt") ?? elf.section(".got");
  return new CallFrames({
    ...(ehFrame === undefined ? {} : { ehFrame }),
    ...(ehFrameHeader === undefined ? {} : { ehFrameHeader }),
    ...(debugFrame === undefined ? {} : { debugFrame: debugFrame.bytes }),
    ...(text === undefined ? {} : { textAddress: Number(text.address) }),
    ...(data === undefined ? {} : { dataAddress: Number(data.address) }),
  });
}

function bySegment(elf: ElfImage, source: ByteSource): CallFrameSections {
  const header = elf.segments.find(({ type }) => type === "eh frame");
  if (header === undefined) return {};
  const ehFrameHeader = {
    bytes: source.read(header.offset, Math.min(header.fileSize, source.size)),
    address: Number(header.address),
  };
  const address = frameAddress(ehFrameHeader);
  const holder = elf.segments.find((segment) => address !== undefined && isInside(segment, address));
  if (address === undefined || holder === undefined) return {};
  const distance = address - Number(holder.address);
  const bytes = source.read(holder.offset + distance, Math.min(holder.fileSize - distance, source.size));
  return { ehFrame: { bytes, address }, ehFrameHeader };
}

function isInside({ type, address, fileSize }: ElfSegment, wanted: number): boolean {
  return type === "load" && wanted >= Number(address) && wanted < Number(address) + fileSize;
}

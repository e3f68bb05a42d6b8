/** ELF files: their headers, segments, symbols and notes, read lazily. See {@linkcode parseElf}. */

export type { ElfDebugLink } from "./debug_link.ts";
export type { ElfDynamic } from "./dynamic.ts";
export { ElfError, type ElfPlace, UnsupportedElfError } from "./errors.ts";
export { FileSource } from "./file_source.ts";
export type { ElfHeader, ElfType } from "./header.ts";
export { ElfImage, parseDebugElf, parseElf } from "./image.ts";
export type { PltStub } from "./plt.ts";
export type { FunctionSlot } from "./slots.ts";
export { type ElfSection, SECTION_FLAG, SECTION_TYPE } from "./sections.ts";
export type { ElfSegment, ElfSegmentType } from "./segments.ts";
export { type ByteSource, bytesSource } from "./source.ts";
export { type ElfSymbol, type ElfSymbolBinding, ElfSymbolTable, type ElfSymbolType, SECTION_INDEX } from "./symbols.ts";
export type { ElfVersion } from "./versions.ts";

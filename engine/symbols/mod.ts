/** From an address in a guest to its name, and back. See {@linkcode Symbols}. */

export type { SymbolKind } from "./candidates.ts";
export { DEBUG_FOLDERS, findDebugFile, findSupplementary } from "./debug_file.ts";
export {
  type FoundLocation,
  type FoundSymbol,
  type MatchOptions,
  type SymbolAt,
  Symbols,
  type SymbolsOptions,
} from "./directory.ts";
export { demangle } from "./demangle.ts";
export { UnknownImageError, UnknownLineError, UnknownSymbolError } from "./errors.ts";
export { Image, type ImageOptions, type ImageRole, infoOf } from "./image.ts";
export { ImageInfo } from "./info.ts";
export { ImageLines, type SourceLine } from "./lines.ts";
export { bodyOf } from "./prologue.ts";
export type { LoadOptions } from "./load.ts";
export { type ImageSymbol, type SymbolOffset, SymbolTable } from "./table.ts";

/** DWARF: call frames, source lines and debugging entries, from the bytes of their sections. */

export { CallFrames, type CallFrameSections } from "./call_frames.ts";
export { ATTRIBUTE, TAG } from "./constants.ts";
export { DebugInfo, type SplitFiles } from "./debug_info.ts";
export { DebugLines } from "./debug_lines.ts";
export {
  type DebugEntry,
  type DebugType,
  type Encoding,
  type Enumerator,
  type Member,
  type Parameter,
  type StaticMember,
  type TypeKind,
  type Variant,
  type Variants,
  VOID,
} from "./debug_type.ts";
export { Entry, type EntryAttribute } from "./entry.ts";
export { qualifiedName, typeOf, typeOfValue } from "./entry_type.ts";
export { DwarfError } from "./errors.ts";
export { type DwarfExpression, evaluate, type ExpressionContext } from "./expression.ts";
export { frameAddress } from "./frame_index.ts";
export type { CfaRule, FrameRow, RegisterRule } from "./frame_rows.ts";
export type { InfoUnit } from "./info_unit.ts";
export type { DwarfFile } from "./line_header.ts";
export type { LineRow } from "./line_table.ts";
export { locate, type LocationContext, type Piece, type Place } from "./location.ts";
export { isLocationList, locationAt } from "./location_lists.ts";
export type { NameQuery } from "./name_search.ts";
export { type DebugSectionName, DebugSections, type ReadSection } from "./sections.ts";
export { readPackageIndex, type UnitParts } from "./package_index.ts";
export { pathOf } from "./source_paths.ts";
export type { DwarfUnit } from "./units.ts";

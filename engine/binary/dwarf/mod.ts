/** DWARF: call frames and source lines, from the bytes of their sections. */

export { CallFrames, type CallFrameSections } from "./call_frames.ts";
export { DebugLines } from "./debug_lines.ts";
export { DwarfError } from "./errors.ts";
export { type DwarfExpression, evaluate, type ExpressionContext } from "./expression.ts";
export { frameAddress } from "./frame_index.ts";
export type { CfaRule, FrameRow, RegisterRule } from "./frame_rows.ts";
export type { DwarfFile } from "./line_header.ts";
export type { LineRow } from "./line_table.ts";
export { type DebugSectionName, DebugSections, type ReadSection } from "./sections.ts";
export { pathOf } from "./source_paths.ts";

/** DWARF: call frames and line tables, from the bytes of their sections. */

export { CallFrames, type CallFrameSections } from "./call_frames.ts";
export { DwarfError } from "./errors.ts";
export { type DwarfExpression, evaluate, type ExpressionContext } from "./expression.ts";
export { frameAddress } from "./frame_index.ts";
export type { CfaRule, FrameRow, RegisterRule } from "./frame_rows.ts";

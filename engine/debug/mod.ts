/** The guest's variables as its source has them: frames, values, types, and expressions over them. */

export type { CallRequest } from "./c_call.ts";
export {
  evaluateC,
  type Evaluated,
  evaluateWithCalls,
  type ExpressionScope,
  UnknownVariableError,
} from "./c_expression.ts";
export { layOutCall } from "./call_layout.ts";
export { returnedValue } from "./return_value.ts";
export { scopeOfFrame } from "./frame_scope.ts";
export { type ActiveCall, activeCalls, type InlinedCall, inlinedCalls, type SourcePlace } from "./inlined_calls.ts";
export { type Argument, SourceFrame, sourceFrames, type Variable } from "./source_frame.ts";
export type { Target } from "./target.ts";
export { typeLines, typeName } from "./type_name.ts";
export { type Bits, DebugValue, DebugValueError, type Storage } from "./value.ts";
export { type TextOptions, valueText } from "./value_text.ts";

/**
 * Expressions as C writes them over a guest's variables, registers and memory: what they are evaluated in, and the ways to
 * evaluate them.
 *
 * A name is a variable of the frame, a field of `this`, a variable or function of the unit, the image, any image, in this
 * order. GDB manual, "Expressions".
 */

import type { DebugType } from "../binary/dwarf/mod.ts";
import { CallNeeded, type CallRequest } from "./c_call.ts";
import { CEvaluator } from "./c_evaluator.ts";
import { type Node, parseExpression } from "./c_syntax.ts";
import { globalNamed, type Outlook, typeNamed } from "./names.ts";
import { type DebugValue, DebugValueError } from "./value.ts";

/** A name that means nothing at a place. */
export class UnknownVariableError extends Error {
  /** `UnknownVariableError`. */
  override readonly name = "UnknownVariableError";

  /** The name. */
  readonly variable: string;

  /**
   * Puts the message together.
   *
   * @param variable The name.
   */
  constructor(variable: string) {
    super(`No symbol "${variable}" in current context.`);
    this.variable = variable;
  }
}

/** What names mean. */
export interface ExpressionScope extends Outlook {
  /** A variable or an argument of the frame. */
  local(name: string): DebugValue | undefined;
  /** What a name with a dollar means: a register, an earlier value. */
  dollar(name: string): DebugValue | undefined;
}

/** What an expression comes to: a value, or a type. */
export type Evaluated = { readonly value: DebugValue } | { readonly type: DebugType };

/**
 * Evaluates an expression.
 *
 * @param text The expression, or a type.
 * @param scope What names mean.
 * @throws {SyntaxError} If it is no expression.
 * @throws {UnknownVariableError} If a name means nothing.
 * @throws {DebugValueError} If an operation does not fit its operands, needs what was optimized away, or calls a function.
 * @throws {GuestMemoryError} If it reads memory that is not mapped.
 */
export function evaluateC(text: string, scope: ExpressionScope): Evaluated {
  try {
    return new CEvaluator(scope).evaluate(parse(text, scope));
  } catch (error) {
    if (!(error instanceof CallNeeded)) throw error;
    throw new DebugValueError(
      "Cannot call a function here: the guest would have to run; `print` calls some, and `await emulator.evaluate(...)`",
    );
  }
}

/**
 * Evaluates an expression that may call functions.
 *
 * @param scope Gives what names mean, anew after each call.
 * @param call Has the guest execute a function.
 * @throws As {@linkcode evaluateC}, and as `call`.
 */
export async function evaluateWithCalls(
  text: string,
  scope: () => ExpressionScope,
  call: (request: CallRequest) => Promise<DebugValue>,
): Promise<Evaluated> {
  const node = parse(text, scope());
  const done = new Map<Node, DebugValue>();
  for (;;) {
    try {
      return new CEvaluator(scope(), done).evaluate(node);
    } catch (error) {
      if (!(error instanceof CallNeeded)) throw error;
      done.set(error.node, await call(error.request));
    }
  }
}

/** A name with its package, as Go has it: not a field of something. */
const PACKAGED = /^\s*([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)+\s*$/;

function parse(text: string, scope: ExpressionScope): Node {
  const first = PACKAGED.exec(text)?.[1];
  if (first !== undefined && scope.local(first) === undefined) {
    const name = text.trim();
    if (typeNamed(scope, name) !== undefined) return { kind: "type", type: { word: undefined, name, derived: [] } };
    if (globalNamed(scope, name) !== undefined) return { kind: "name", name };
  }
  return parseExpression(text, (name) => scope.local(name) === undefined && typeNamed(scope, name) !== undefined);
}

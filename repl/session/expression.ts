/**
 * Expressions as gdb's commands take them: `$rsp+8`, `main+4`, `*($rbp-8)`, `&counter`, in 64-bit arithmetic.
 *
 * A name is the address of its symbol. Leaves out types, casts, comparisons and everything else that TypeScript does.
 */

/** What names and addresses mean. */
export interface ExpressionGround {
  /** A register's value by its name without the dollar. */
  register(name: string): bigint | undefined;
  /** A symbol's address. */
  symbol(name: string): bigint | undefined;
  /** The 64-bit word at an address. */
  word(address: bigint): bigint;
}

/** A name that means nothing here. */
export class UnknownNameError extends Error {
  override readonly name = "UnknownNameError";

  constructor(readonly unknown: string) {
    super(`There is no register or symbol \`${unknown}\``);
  }
}

const TOKEN = /\s*(0x[0-9a-f]+|\d+|\$\w+|[A-Za-z_.][\w.@]*(?::[A-Za-z_.][\w.@]*)?|<<|>>|[-+*\/%&|^~()])/iy;
const PRECEDENCE: Readonly<Record<string, number>> = {
  "|": 1,
  "^": 2,
  "&": 3,
  "<<": 4,
  ">>": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};

function tokens(text: string): string[] {
  const list: string[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.trimEnd().length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`Cannot read \`${text}\`: \`${text.slice(at).trim()}\` is not expected`);
    list.push(match[1]);
    at = TOKEN.lastIndex;
  }
  return list;
}

/**
 * The value of an expression.
 *
 * @throws {SyntaxError} If it is not such an expression.
 * @throws {UnknownNameError} If a name in it means nothing.
 */
export function evaluateExpression(text: string, ground: ExpressionGround): bigint {
  const list = tokens(text);
  let at = 0;
  const wrap = (value: bigint) => BigInt.asUintN(64, value);

  function primary(): bigint {
    const token = list[at++];
    if (token === undefined) throw new SyntaxError(`Cannot read \`${text}\`: it ends too early`);
    if (token === "(") {
      const value = binary(0);
      if (list[at++] !== ")") throw new SyntaxError(`Cannot read \`${text}\`: a ) is missing`);
      return value;
    }
    if (token === "-") return wrap(-primary());
    if (token === "~") return wrap(~primary());
    if (token === "+") return primary();
    if (token === "*") return ground.word(primary());
    if (token === "&") return primary();
    if (/^\d/.test(token)) return wrap(BigInt(token));
    if (token.startsWith("$")) {
      const value = ground.register(token.slice(1));
      if (value === undefined) throw new UnknownNameError(token);
      return value;
    }
    if (/^[A-Za-z_.]/.test(token)) {
      const value = ground.symbol(token);
      if (value === undefined) throw new UnknownNameError(token);
      return value;
    }
    throw new SyntaxError(`Cannot read \`${text}\`: \`${token}\` is not expected`);
  }

  function binary(least: number): bigint {
    let left = primary();
    for (;;) {
      const operator = list[at];
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence <= least) return left;
      at++;
      left = apply(operator, left, binary(precedence));
    }
  }

  function apply(operator: string, left: bigint, right: bigint): bigint {
    if ((operator === "/" || operator === "%") && right === 0n) throw new RangeError(`Division by zero in \`${text}\``);
    switch (operator) {
      case "+":
        return wrap(left + right);
      case "-":
        return wrap(left - right);
      case "*":
        return wrap(left * right);
      case "/":
        return left / right;
      case "%":
        return left % right;
      case "&":
        return left & right;
      case "|":
        return left | right;
      case "^":
        return left ^ right;
      case "<<":
        return wrap(left << (right & 63n));
      default:
        return left >> (right & 63n);
    }
  }

  const value = binary(0);
  if (at < list.length) throw new SyntaxError(`Cannot read \`${text}\`: \`${list[at]}\` is not expected`);
  return value;
}

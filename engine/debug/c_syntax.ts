/**
 * Expressions as C writes them and gdb extends them, read into a tree: `node->next->value`, `*array@3`, `(char)x + 1`,
 * `$rax & 0xff`, `sizeof(struct node)`.
 *
 * Leaves out types of functions, and commas between expressions. ISO C, section 6.5; GDB manual, "Expressions".
 */

/** A type that is written in an expression. */
export interface TypeNode {
  /** `struct`, `union`, `enum`, `class`, or none of them. */
  readonly word: string | undefined;
  /** Its name: one word or several, as in `unsigned long`. */
  readonly name: string;
  /** What follows the name: pointers, references, and arrays of a number of elements. */
  readonly derived: readonly ("*" | "&" | number)[];
}

/** An expression. */
export type Node =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "character"; readonly code: number }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "dollar"; readonly name: string }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Node }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: "assign"; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: "conditional"; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: "member"; readonly object: Node; readonly name: string; readonly isArrow: boolean }
  | { readonly kind: "index"; readonly array: Node; readonly index: Node }
  | { readonly kind: "call"; readonly callee: Node; readonly args: readonly Node[] }
  | { readonly kind: "cast"; readonly type: TypeNode; readonly operand: Node }
  | { readonly kind: "sizeof"; readonly operand: Node }
  | { readonly kind: "type"; readonly type: TypeNode };

const TOKEN = new RegExp(
  "\\s*(" + [
    /(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)[uflUFL]*/.source,
    /\$[\w$]*/.source,
    /'(?:\\.[0-7]*|[^'\\])'/.source,
    /"(?:\\.|[^"\\])*"/.source,
    /(?:::)?[A-Za-z_]\w*(?:::~?[A-Za-z_]\w*)*/.source,
    /->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*\/%&|^]=|[-+*\/%&|^~!()\[\].?:@=<>,]/.source,
  ].join("|") + ")",
  "iy",
);

/** Operators between two operands, and how tightly they bind. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  ...{ "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7 },
  ...{ "<<": 8, ">>": 8, "@": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11 },
};

const TAG_WORDS: ReadonlySet<string> = new Set(["struct", "union", "enum", "class"]);
const BASE_WORDS: ReadonlySet<string> = new Set([
  ...["void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "bool", "wchar_t"],
]);
const QUALIFIERS: ReadonlySet<string> = new Set(["const", "volatile"]);

/** Brackets inside one another before an expression is refused. */
const MAXIMUM_DEPTH = 200;

/**
 * Reads an expression.
 *
 * @param text The expression.
 * @param isType Whether a name is one of a type.
 * @returns Its tree.
 * @throws {SyntaxError} If it is not such an expression.
 */
export function parseExpression(text: string, isType: (name: string) => boolean): Node {
  const parser = new Parser(text, isType);
  const node = parser.expression();
  parser.end();
  return node;
}

class Parser {
  readonly #tokens: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(readonly text: string, readonly isType: (name: string) => boolean) {
    TOKEN.lastIndex = 0;
    for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (match === null) {
        throw new SyntaxError(`Cannot read \`${text}\`: \`${text.slice(at).trim()}\` is not expected`);
      }
      this.#tokens.push(match[1]);
    }
  }

  get #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(token: string): boolean {
    if (this.#next !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#refuse(`a ${token} is missing`);
  }

  #refuse(problem = this.#next === undefined ? "it ends too early" : `\`${this.#next}\` is not expected`): SyntaxError {
    return new SyntaxError(`Cannot read \`${this.text}\`: ${problem}`);
  }

  end(): void {
    if (this.#next !== undefined) throw this.#refuse();
  }

  expression(): Node {
    if (++this.#depth > MAXIMUM_DEPTH) throw this.#refuse("its brackets are too deep");
    const left = this.#conditional();
    const operator = this.#next;
    this.#depth--;
    if (operator === undefined || !/^(?:[-+*\/%&|^]|<<|>>)?=$/.test(operator)) return left;
    this.#at++;
    return { kind: "assign", operator, left, right: this.expression() };
  }

  #conditional(): Node {
    const test = this.#binary(0);
    if (!this.#take("?")) return test;
    const yes = this.expression();
    this.#expect(":");
    return { kind: "conditional", test, yes, no: this.expression() };
  }

  #binary(least: number): Node {
    let left = this.#unary();
    for (;;) {
      const operator = this.#next ?? "";
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence <= least) return left;
      this.#at++;
      left = { kind: "binary", operator, left, right: this.#binary(precedence) };
    }
  }

  #unary(): Node {
    const operator = this.#next ?? "";
    if (++this.#depth > MAXIMUM_DEPTH) throw this.#refuse("its operators are too many");
    try {
      if (["*", "&", "-", "+", "!", "~"].includes(operator)) {
        this.#at++;
        return { kind: "unary", operator, operand: this.#unary() };
      }
      if (operator === "sizeof") {
        this.#at++;
        return { kind: "sizeof", operand: this.#unary() };
      }
      if (operator === "(" && this.#startsType(this.#at + 1)) {
        this.#at++;
        const type = this.#type();
        this.#expect(")");
        if (this.#endsOperand()) return { kind: "type", type };
        return { kind: "cast", type, operand: this.#unary() };
      }
      return this.#postfix();
    } finally {
      this.#depth--;
    }
  }

  /** Whether nothing follows that a cast could be of. */
  #endsOperand(): boolean {
    const next = this.#next;
    return next === undefined || next === ")" || next === "]" || next === ":" || next === "?" || next in PRECEDENCE &&
        !["*", "&", "-", "+"].includes(next);
  }

  #postfix(): Node {
    let node = this.#primary();
    for (;;) {
      if (this.#take("[")) {
        node = { kind: "index", array: node, index: this.expression() };
        this.#expect("]");
      } else if (this.#next === "." || this.#next === "->") {
        const isArrow = this.#tokens[this.#at++] === "->";
        const name = this.#tokens[this.#at++];
        if (name === undefined || !/^[A-Za-z_]\w*$|^\d+$/.test(name)) {
          throw this.#refuse("the name of a member is missing");
        }
        node = { kind: "member", object: node, name: /^\d/.test(name) ? `__${name}` : name, isArrow };
      } else if (/^\.\d+$/.test(this.#next ?? "")) {
        // The tuples of Rust: pair.0
        node = { kind: "member", object: node, name: `__${this.#tokens[this.#at++].slice(1)}`, isArrow: false };
      } else if (this.#take("(")) node = { kind: "call", callee: node, args: this.#arguments() };
      else return node;
    }
  }

  #arguments(): Node[] {
    const found: Node[] = [];
    if (this.#take(")")) return found;
    do found.push(this.expression()); while (this.#take(","));
    this.#expect(")");
    return found;
  }

  #primary(): Node {
    if (this.#startsType(this.#at)) return { kind: "type", type: this.#type() };
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#refuse();
    this.#at++;
    if (token === "(") {
      const node = this.expression();
      this.#expect(")");
      return node;
    }
    if (/^\.?\d/.test(token)) return { kind: "number", text: token };
    if (token.startsWith("$")) return { kind: "dollar", name: token.slice(1) };
    if (token.startsWith("'")) return { kind: "character", code: characters(token.slice(1, -1))[0] };
    if (token.startsWith('"')) return { kind: "string", text: String.fromCharCode(...characters(token.slice(1, -1))) };
    if (/^[A-Za-z_:]/.test(token)) return { kind: "name", name: token.replace(/^::/, "") };
    this.#at--;
    throw this.#refuse();
  }

  #startsType(at: number): boolean {
    const token = this.#tokens[at] ?? "";
    if (!/^[A-Za-z_]/.test(token) || token === "sizeof") return false;
    return TAG_WORDS.has(token) || BASE_WORDS.has(token) || QUALIFIERS.has(token) || this.isType(token);
  }

  #type(): TypeNode {
    const words: string[] = [];
    let word: string | undefined;
    for (;;) {
      const token = this.#next ?? "";
      if (QUALIFIERS.has(token)) this.#at++;
      else if (TAG_WORDS.has(token) && words.length === 0) {
        word = token;
        words.push(this.#tokens[++this.#at] ?? "");
        this.#at++;
      } else if (BASE_WORDS.has(token) && word === undefined) words.push(this.#tokens[this.#at++]);
      else if (words.length === 0 && this.isType(token)) words.push(this.#tokens[this.#at++]);
      else break;
    }
    const derived: ("*" | "&" | number)[] = [];
    for (;;) {
      const token = this.#next ?? "";
      if (token === "*" || token === "&" && derived.length >= 0 && this.#isTypeEnd(this.#at + 1)) {
        derived.push(token);
        this.#at++;
      } else if (QUALIFIERS.has(token)) this.#at++;
      else if (token === "[" && /^\d+$/.test(this.#tokens[this.#at + 1] ?? "") && this.#tokens[this.#at + 2] === "]") {
        derived.push(Number(this.#tokens[this.#at + 1]));
        this.#at += 3;
      } else break;
    }
    return { word, name: words.join(" "), derived };
  }

  #isTypeEnd(at: number): boolean {
    const token = this.#tokens[at];
    return token === undefined || token === ")";
  }
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** The characters of a literal, by their codes. */
function characters(text: string): number[] {
  const codes: number[] = [];
  for (const [part] of text.matchAll(/\\x[0-9a-f]+|\\[0-7]{1,3}|\\.|[^\\]/gis)) {
    if (!part.startsWith("\\")) codes.push(part.codePointAt(0) ?? 0);
    else if (part[1] === "x" && part.length > 2) codes.push(Number.parseInt(part.slice(2), 16) & 0xff);
    else if (/[0-7]/.test(part[1])) codes.push(Number.parseInt(part.slice(1), 8) & 0xff);
    else codes.push(ESCAPES[part[1]] ?? part.charCodeAt(1));
  }
  return codes;
}

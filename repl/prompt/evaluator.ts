/**
 * Evaluates TypeScript as a console does: top-level await, `const` declared again, the last value as `_`.
 *
 * Types are stripped, then V8 evaluates in its REPL mode. What awaits is made a function where it can be, and waited for
 * here: a promise that nothing can settle any more would bring the inspector down. A loop that gives nothing else a turn
 * ends at Ctrl-C, see interruptible.ts; anything else that gives none is stopped after a time. Leaves out type-checking.
 */

import { stripTypeScriptTypes } from "node:module";
import { isAbsolute, resolve as resolvePath } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "../session/errors.ts";
import { rewriteImports } from "./imports.ts";
import { Inspector, type Ran } from "./inspector.ts";
import { Interrupts } from "./interruptible.ts";
import { nameScripts } from "./stack_traces.ts";

const LIBRARY = new URL("../../mod.ts", import.meta.url).href;
/** How long code may run without a turn for anything else. */
export const LONGEST_TURN_MILLISECONDS = 10_000;
const VALUE_NAME = "ceratops.value";
const VALUE = Symbol.for(VALUE_NAME);
const HELD = `globalThis[Symbol.for("${VALUE_NAME}")]`;
/** `const { a, b } = await ...`, alone. */
const DECLARATION = /^\s*(const|let|var)\s+([\w$]+|[{[][^=]*[}\]])\s*=(?![=>])([\s\S]*)$/;

/** What came of an evaluation. */
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "abandoned" };

/** Where an error is: the line of a script. */
export interface ScriptLine {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** An evaluator; there is one scope for all in a process, its global one. */
export class Evaluator {
  readonly #inspector = new Inspector();
  readonly #names = nameScripts();
  readonly #interrupts = new Interrupts();
  /** Lines of what was evaluated, and how many lines were put before them. */
  readonly #sources = new Map<string, { readonly lines: readonly string[]; readonly before: number }>();
  #count = 0;
  #abandon: (() => void) | undefined;

  /** Puts names into the scope. */
  define(properties: Readonly<Record<string | symbol, PropertyDescriptor>>): void {
    for (const name of Reflect.ownKeys(properties)) {
      Object.defineProperty(globalThis, name, { ...properties[name], configurable: true });
    }
  }

  /** Takes names out of the scope. */
  forget(names: readonly string[]): void {
    for (const name of names) Reflect.deleteProperty(globalThis, name);
  }

  /** A line of what was evaluated, by the name and number that stack traces have. */
  sourceLine(script: string, line: number): ScriptLine | undefined {
    const source = this.#sources.get(script);
    const text = source?.lines[line - 1 - source.before];
    return source === undefined || text === undefined ? undefined : { text, line: line - source.before };
  }

  /** Ctrl-C was seen by the prompt itself: loops go on. */
  acknowledgeInterrupt(): void {
    this.#interrupts.clear();
  }

  /** Whether something is being evaluated. */
  get isBusy(): boolean {
    return this.#abandon !== undefined;
  }

  /** Gives up waiting for what is being evaluated. */
  abandon(): void {
    this.#abandon?.();
  }

  /**
   * Evaluates a text, and waits for its promise.
   *
   * @param name What stack traces call it; by default `prompt-N`.
   * @param folder Where relative imports are looked for; by default the working directory.
   */
  async evaluate(text: string, name?: string, folder: string = Deno.cwd()): Promise<Outcome> {
    const script = name ?? `prompt-${++this.#count}`;
    const code = await this.#interrupts.prepare(prepare(text, folder) ?? text);
    this.#interrupts.clear();
    const abandoned = new Promise<"abandoned">((resolve) => this.#abandon = () => resolve("abandoned"));
    try {
      const ran = await Promise.race([this.#run(code, script, text.split("\n")), abandoned]);
      if (ran === "abandoned") {
        this.#inspector.reset();
        return { kind: "abandoned" };
      }
      if (ran.kind === "timed out") return { kind: "thrown", error: new CommandError(TOO_LONG) };
      if (ran.kind === "value" && ran.value !== undefined) this.define({ _: { value: ran.value, writable: true } });
      return ran;
    } finally {
      this.#abandon = undefined;
    }
  }

  /** Evaluates an expression into a function that is called without the inspector. @throws What the text throws. */
  async closure(expression: string): Promise<() => unknown> {
    const outcome = await this.evaluate(`() => (${expression})`);
    if (outcome.kind === "value" && typeof outcome.value === "function") return outcome.value as () => unknown;
    throw outcome.kind === "thrown" ? outcome.error : new CommandError(`Cannot evaluate ${expression}`);
  }

  async #run(code: string, script: string, lines: readonly string[]): Promise<Ran> {
    // An object literal is meant where a block could be read.
    const isObject = /^\s*\{[\s\S]*\}\s*$/.test(code) && isValid(`(${code}\n)`);
    if (/\bawait\b/.test(code)) {
      const expression = code.replace(/[\s;]+$/, "");
      const declaration = DECLARATION.exec(expression);
      if (isValid(`async () => (\n${expression}\n)`)) return await this.#await(expression, script, lines);
      if (declaration !== null && isValid(`async () => (\n${declaration[3]}\n)`)) {
        const [, kind, pattern, value] = declaration;
        const ran = await this.#await(value, script, lines);
        if (ran.kind !== "value") return ran;
        this.define({ [VALUE]: { value: ran.value } });
        return await this.#inspector.run(`${kind} ${pattern} = ${HELD};`, `${script}-declaration`, LONGEST_TURN);
      }
    }
    this.#sources.set(script, { lines, before: 0 });
    return await this.#inspector.run(isObject ? `(${code}\n)` : code, script, LONGEST_TURN);
  }

  /** Evaluates an expression that awaits. */
  async #await(expression: string, script: string, lines: readonly string[]): Promise<Ran> {
    this.#sources.set(script, { lines, before: 1 });
    const made = await this.#inspector.run(`async () => (\n${expression}\n)`, script, LONGEST_TURN);
    if (made.kind !== "value") return made;
    const work = made.value as () => Promise<unknown>;
    let promise: Promise<unknown> | undefined;
    // Not the promise itself: the inspector would wait for it.
    this.define({ [VALUE]: { value: () => void (promise = work()) } });
    const began = await this.#inspector.run(`${HELD}()`, `${script}-call`, LONGEST_TURN);
    if (began.kind !== "value") return began;
    try {
      return { kind: "value", value: await promise };
    } catch (error) {
      return { kind: "thrown", error };
    }
  }

  /** Disconnects from V8. */
  close(): void {
    this.#interrupts.close();
    this.#inspector.close();
    this.#names[Symbol.dispose]();
  }
}

const LONGEST_TURN = LONGEST_TURN_MILLISECONDS;
const TOO_LONG = `Stopped the evaluation: it ran for ${
  LONGEST_TURN / 1000
} seconds without an \`await\` that lets others run`;

/** JavaScript of TypeScript, on the same lines; undefined if the text is neither. */
function prepare(text: string, folder: string): string | undefined {
  const resolve = (specifier: string) => {
    if (specifier === "ceratops") return LIBRARY;
    const isPath = specifier.startsWith(".") || isAbsolute(specifier);
    return isPath ? pathToFileURL(resolvePath(folder, specifier)).href : specifier;
  };
  for (const mode of ["strip", "transform"] as const) {
    try {
      return rewriteImports(stripTypeScriptTypes(text, { mode }), resolve);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  return undefined;
}

function isValid(code: string): boolean {
  try {
    stripTypeScriptTypes(code);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/**
 * Evaluates TypeScript as a console does: top-level await, `const` declared again, the last value as `_`.
 *
 * Types are stripped, then V8's inspector evaluates in its REPL mode; see the Chrome DevTools Protocol,
 * Runtime.evaluate. A stretch of code that gives nothing else a turn is stopped after a time, because nothing else, not
 * even Ctrl-C, could stop it. Leaves out type-checking.
 */

import { Session as Inspector } from "node:inspector";
import { stripTypeScriptTypes } from "node:module";
import { isAbsolute, resolve as resolvePath } from "node:path";
import { pathToFileURL } from "node:url";
import { rewriteImports } from "./imports.ts";
import { CommandError } from "../session/errors.ts";

const LIBRARY = new URL("../../mod.ts", import.meta.url).href;
/** How long code may run without a turn for anything else. */
export const LONGEST_TURN_MILLISECONDS = 10_000;
const SINK_NAME = "ceratops.sink";
const SINK = Symbol.for(SINK_NAME);

interface RemoteObject {
  readonly type: string;
  readonly objectId?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly description?: string;
}

interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: { readonly exception?: RemoteObject; readonly text: string };
}

/** What came of an evaluation. */
export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "abandoned" };

/** An evaluator; there is one scope for all in a process, its global one. */
export class Evaluator {
  readonly #inspector = new Inspector();
  readonly #sources = new Map<string, readonly string[]>();
  #count = 0;
  #abandon: (() => void) | undefined;

  constructor() {
    this.#inspector.connect();
  }

  /** Puts names into the scope. */
  define(properties: Readonly<Record<string, PropertyDescriptor>>): void {
    for (const [name, descriptor] of Object.entries(properties)) {
      Object.defineProperty(globalThis, name, { ...descriptor, configurable: true });
    }
  }

  /** Takes names out of the scope. */
  forget(names: readonly string[]): void {
    for (const name of names) Reflect.deleteProperty(globalThis, name);
  }

  /** A line of what was evaluated, by the name that stack traces call it. */
  sourceLine(script: string, line: number): string | undefined {
    return this.#sources.get(script)?.[line - 1];
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
   * @param name What stack traces call it; by default `prompt:N`.
   * @param folder Where relative imports are looked for; by default the working directory.
   */
  async evaluate(text: string, name?: string, folder: string = Deno.cwd()): Promise<Outcome> {
    const script = name ?? `prompt-${++this.#count}`;
    const code = this.#prepare(text, folder);
    if (code === undefined) return await this.#syntaxError(text, script);
    this.#sources.set(script, text.split("\n"));
    const abandoned = new Promise<"abandoned">((resolve) => this.#abandon = () => resolve("abandoned"));
    try {
      const outcome = await Promise.race([this.#run(code, script), abandoned]);
      if (outcome === "abandoned") return { kind: "abandoned" };
      if (outcome.kind === "value" && outcome.value !== undefined) {
        this.define({ _: { value: outcome.value, writable: true } });
      }
      return outcome;
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

  #prepare(text: string, folder: string): string | undefined {
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

  /** V8 says what is wrong with a text that has no valid types to strip. */
  async #syntaxError(text: string, script: string): Promise<Outcome> {
    this.#sources.set(script, text.split("\n"));
    const outcome = await this.#run(`if (false) {${text}\n}`, script);
    const said = outcome.kind === "thrown" && outcome.error instanceof Error ? outcome.error.message : undefined;
    return { kind: "thrown", error: new SyntaxError(said ?? "This is not valid TypeScript") };
  }

  async #run(code: string, script: string): Promise<Outcome> {
    let evaluated: Evaluated;
    // An object literal is meant where a block would be read: as consoles do, it is tried in parentheses first.
    const expression = /^\s*\{/.test(code) && !/;\s*$/.test(code) && isExpression(`(${code}\n)`) ? `(${code}\n)` : code;
    try {
      evaluated = await this.#post("Runtime.evaluate", {
        expression: `${expression}\n//# sourceURL=${script}`,
        replMode: true,
        awaitPromise: true,
        timeout: LONGEST_TURN_MILLISECONDS,
      });
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("-32603"))) throw error;
      const seconds = LONGEST_TURN_MILLISECONDS / 1000;
      const message = `Stopped the evaluation: it ran for ${seconds} seconds without an \`await\` that lets others run`;
      return { kind: "thrown", error: new CommandError(message) };
    }
    const { result, exceptionDetails } = evaluated;
    if (exceptionDetails === undefined) return { kind: "value", value: await this.#take(result) };
    return { kind: "thrown", error: await this.#take(exceptionDetails.exception ?? result) };
  }

  /** The value itself, of what the inspector describes. */
  async #take(remote: RemoteObject): Promise<unknown> {
    if (remote.objectId === undefined) {
      const { unserializableValue: text } = remote;
      if (text === undefined) return remote.type === "object" ? null : remote.value;
      return text.endsWith("n") ? BigInt(text.slice(0, -1)) : Number(text);
    }
    let taken: unknown;
    Object.defineProperty(globalThis, SINK, { value: (value: unknown) => void (taken = value), configurable: true });
    await this.#post("Runtime.callFunctionOn", {
      objectId: remote.objectId,
      functionDeclaration: `function (value) { globalThis[Symbol.for("${SINK_NAME}")](value); }`,
      arguments: [{ objectId: remote.objectId }],
    });
    await this.#post("Runtime.releaseObject", { objectId: remote.objectId });
    return taken;
  }

  #post<T>(method: string, parameters: Record<string, unknown>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#inspector.post(method, parameters, (error: Error | null, result?: object) => {
        if (error === null) resolve(result as T);
        else reject(error);
      });
    });
  }

  /** Disconnects from V8. */
  close(): void {
    this.#inspector.disconnect();
  }
}

function isExpression(code: string): boolean {
  try {
    stripTypeScriptTypes(code);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

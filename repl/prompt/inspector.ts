/**
 * V8's inspector, spoken to from inside: evaluates in REPL mode and hands out the values themselves.
 *
 * See the Chrome DevTools Protocol, Runtime.evaluate and Runtime.callFunctionOn.
 */

import { Session } from "node:inspector";

const SINK_NAME = "ceratops.sink";
const SINK = Symbol.for(SINK_NAME);
/**
 * What REPL mode is for: names that may be declared again, and top-level await. V8 makes a promise of its result then; if
 * that is collected before its reaction has run, the inspector calls back in the middle of the collection, and the
 * process ends. So its use is kept to where it is needed, and begins a turn, so that nothing comes before the reaction.
 */
const NEEDS_REPL_MODE = /\b(?:const|let|class|await|using)\b/;

/** What the inspector answers when an evaluation took too long. */
const TIMED_OUT = "-32603";

interface RemoteObject {
  readonly type: string;
  readonly objectId?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
}

interface Evaluated {
  readonly result: RemoteObject;
  readonly exceptionDetails?: { readonly exception?: RemoteObject };
}

/** What came of running code. */
export type Ran =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "thrown"; readonly error: unknown }
  | { readonly kind: "timed out" };

/** A connection to the inspector of this very process. */
export class Inspector {
  #session = Inspector.#connect();

  static #connect(): Session {
    const session = new Session();
    session.connect();
    return session;
  }

  /**
   * Runs code in the global scope; `const` may be declared again, and top-level `await` is waited for.
   *
   * @param script What stack traces call it.
   * @param timeoutMilliseconds How long it may run before it first gives others a turn.
   */
  async run(code: string, script: string, timeoutMilliseconds: number): Promise<Ran> {
    let evaluated: Evaluated;
    const replMode = NEEDS_REPL_MODE.test(code);
    // Where nothing else waits for its turn: see NEEDS_REPL_MODE.
    if (replMode) await new Promise((resolve) => setTimeout(resolve, 0));
    try {
      evaluated = await this.#post("Runtime.evaluate", {
        expression: `${code}\n//# sourceURL=${script}`,
        replMode,
        timeout: timeoutMilliseconds,
      });
    } catch (error) {
      if (error instanceof Error && error.message.includes(TIMED_OUT)) return { kind: "timed out" };
      throw error;
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
    const taken: unknown[] = [];
    Object.defineProperty(globalThis, SINK, { value: (value: unknown) => taken.push(value), configurable: true });
    await this.#post("Runtime.callFunctionOn", {
      objectId: remote.objectId,
      functionDeclaration: `function (value) { globalThis[Symbol.for("${SINK_NAME}")](value); }`,
      arguments: [{ objectId: remote.objectId }],
    });
    await this.#post("Runtime.releaseObject", { objectId: remote.objectId });
    return taken[0];
  }

  #post<T>(method: string, parameters: Record<string, unknown>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, parameters, (error: Error | null, result?: object) => {
        if (error === null) resolve(result as T);
        else reject(error);
      });
    });
  }

  /** Forgets what it waits for. */
  reset(): void {
    this.#session.disconnect();
    this.#session = Inspector.#connect();
  }

  /** Ends the connection. */
  close(): void {
    this.#session.disconnect();
  }
}

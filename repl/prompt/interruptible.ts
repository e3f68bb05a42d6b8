/**
 * Makes loops of evaluated code end at Ctrl-C, although nothing else gets a turn while they run.
 *
 * A signal is seen by another thread, which sets a flag in shared memory; each turn of a loop looks at the flag. Leaves
 * out what does not loop in JavaScript: a regular expression that backtracks, a sort of a large array.
 */

import type { Node } from "acorn";
import { CommandError } from "../session/errors.ts";

const LOOPS = /\b(?:for|while|do)\b/;
/** The name of {@linkcode Interrupts.turn} in evaluated code. */
const TURN = "ceratopsTurn";
/** How long a signal may wait to be seen by the prompt itself: then it is stuck in a loop. */
const PATIENCE_MILLISECONDS = 150;

type Found = Node & { readonly body?: Node };

/** Loops in a syntax tree. */
function* loopsIn(node: unknown): Generator<Found> {
  if (Array.isArray(node)) { for (const each of node) yield* loopsIn(each); }
  if (typeof node !== "object" || node === null || !("type" in node)) return;
  const found = node as Found;
  if (/^(?:While|DoWhile|For|ForIn|ForOf)Statement$/.test(found.type)) yield found;
  for (const child of Object.values(node)) yield* loopsIn(child);
}

/** Has each loop of some JavaScript look whether it shall end; lines keep their numbers. */
async function withTurns(code: string): Promise<string> {
  const { parse } = await import("acorn");
  let tree: Node;
  try {
    tree = parse(code, { ecmaVersion: "latest", allowAwaitOutsideFunction: true, allowReturnOutsideFunction: true });
  } catch (error) {
    // V8 says what is wrong with it.
    if (error instanceof SyntaxError) return code;
    throw error;
  }
  const edits = [...loopsIn(tree)].flatMap(({ body }) => {
    if (body === undefined) return [];
    if (body.type === "BlockStatement") return [{ at: body.start + 1, text: `${TURN}();` }];
    return [{ at: body.start, text: `{${TURN}();` }, { at: body.end, text: "}" }];
  });
  let [text, last] = ["", 0];
  for (const edit of edits.sort((one, other) => one.at - other.at)) {
    text += code.slice(last, edit.at) + edit.text;
    last = edit.at;
  }
  return text + code.slice(last);
}

/** Watches for Ctrl-C, from the first loop on. */
export class Interrupts {
  readonly #flag = new Int32Array(new SharedArrayBuffer(4));
  #watcher: Worker | undefined;
  #seen: number | undefined;

  /** Makes the loops of some JavaScript interruptible. */
  async prepare(code: string): Promise<string> {
    if (!LOOPS.test(code)) return code;
    const changed = await withTurns(code);
    if (changed !== code) this.#watch();
    return changed;
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    this.#watcher = new Worker(new URL("./interrupt_watcher.ts", import.meta.url), { type: "module" });
    this.#watcher.postMessage(this.#flag);
    Object.defineProperty(globalThis, TURN, { value: () => this.#turn(), configurable: true });
  }

  /** @throws {CommandError} If Ctrl-C was pressed a while ago, and the prompt did not get to see it. */
  #turn(): void {
    if (Atomics.load(this.#flag, 0) === 0) return;
    this.#seen ??= performance.now();
    if (performance.now() - this.#seen > PATIENCE_MILLISECONDS) throw new CommandError("Interrupted");
  }

  /** The prompt has seen Ctrl-C, or begins something new. */
  clear(): void {
    Atomics.store(this.#flag, 0, 0);
    this.#seen = undefined;
  }

  /** Ends the other thread. */
  close(): void {
    this.#watcher?.terminate();
    if (this.#watcher !== undefined) Reflect.deleteProperty(globalThis, TURN);
    this.#watcher = undefined;
  }
}

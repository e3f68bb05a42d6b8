/**
 * The prompt: reads lines and does what they say, until `quit` or the end of the input.
 *
 * A terminal gets a line editor; a pipe or file is a script, which ends at its first error. Leaves out the command
 * line.
 */

import type { EmulatorOptions } from "../../mod.ts";
import { scopeOf } from "../session/scope.ts";
import { Session, type UsedPlugin } from "../session/session.ts";
import { contextLines } from "../session/context.ts";
import { complete } from "./complete.ts";
import { Evaluator } from "./evaluator.ts";
import { execute, wantsMore } from "./execute.ts";
import { History, historyPath } from "./history.ts";
import { type ByteReader, Plain, readerOf } from "./plain.ts";
import { runLines } from "./script.ts";
import { Terminal, writeOut } from "./terminal.ts";
import { watchProcess } from "./watch.ts";

/** What the prompt is for. */
export interface ReplOptions {
  /** The guest. */
  readonly emulatorOptions: EmulatorOptions;
  /** Plugins that are used from the guest's start. */
  readonly plugins?: readonly UsedPlugin[];
  /** Lines to run; by default standard input. */
  readonly input?: ReadableStream<Uint8Array>;
  /** Where to write; by default standard output. */
  readonly output?: { write(text: string): void };
}

const PROMPT = "(ceratops) ";
const MORE = "... ";
/** As of a process that SIGPIPE ended. */
const OUTPUT_CLOSED = 128 + 13;

/**
 * Runs the prompt.
 *
 * @returns The status to exit with: 0, what `quit` said, 1 after an error in a script, 141 once nobody reads the output.
 * @throws As `Emulator.open` does, if the guest cannot be loaded.
 */
export async function repl(options: ReplOptions): Promise<number> {
  const isPerson = options.input === undefined && Deno.stdin.isTerminal();
  const hasEditor = isPerson && options.output === undefined && Deno.stdout.isTerminal() &&
    Deno.env.get("TERM") !== "dumb";
  const evaluator = new Evaluator();
  const history = new History(historyPath(Deno.env));
  let session: Session | undefined;
  const reader: ByteReader = options.input === undefined ? Deno.stdin : readerOf(options.input);
  const write = (text: string) => options.output === undefined ? writeOut(text) : options.output.write(text);
  const console = hasEditor
    ? new Terminal(
      { read: (bytes) => Deno.stdin.read(bytes), setRaw: (isRaw) => Deno.stdin.setRaw(isRaw) },
      history.load(),
      (line) => session === undefined ? [[], ""] : complete(session, line),
    )
    : new Plain(reader, write, isPerson);
  try {
    session = new Session(options, console, evaluator);
    const scope = scopeOf(session);
    evaluator.define(scope);
    using _ = watchProcess(session, console);
    if (isPerson) {
      console.print(
        `${options.emulatorOptions.program} is loaded, before its first instruction. \`help\` shows what can be typed.`,
      );
      console.print(contextLines(session, false, session.emulator.cpu.pc));
      await converse(session, console, history);
    } else await runLines(session, () => console.read(""), "input");
    evaluator.forget(Object.keys(scope));
    return session.quitStatus ?? 0;
  } catch (error) {
    // Who read the output has gone, as `head` does: nothing is left to do or to say.
    if (error instanceof Deno.errors.BrokenPipe) return OUTPUT_CLOSED;
    throw error;
  } finally {
    console.close();
    if (session?.isRunning) session.interrupt();
    await session?.settled();
    session?.close();
    evaluator.close();
  }
}

/** Reads and does, line by line, for a person: errors are shown, and the prompt stays. */
async function converse(session: Session, console: Terminal | Plain, history: History): Promise<void> {
  let text = "";
  while (session.quitStatus === undefined) {
    const read = await console.read(text === "" ? PROMPT : MORE);
    if (read.kind === "end") return void console.print("");
    if (read.kind === "cancelled") {
      text = "";
      continue;
    }
    history.add(read.text);
    text = text === "" ? read.text : `${text}\n${read.text}`;
    if (read.text !== "" && wantsMore(text)) continue;
    const whole = text;
    text = "";
    await execute(session, whole);
  }
}

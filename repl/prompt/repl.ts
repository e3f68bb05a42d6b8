/**
 * The prompt: reads lines and does what they say, until `quit` or the end of the input.
 *
 * A terminal gets a line editor; a pipe or file is a script, which ends at its first error. Leaves out the command
 * line.
 */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Emulator, EmulatorOptions } from "../../mod.ts";
import { scopeOf } from "../session/scope.ts";
import { Session, type UsedPlugin } from "../session/session.ts";
import { contextLines } from "../session/context.ts";
import { defineCommand } from "../commands/mod.ts";
import { loadSession, saveSession } from "../commands/session.ts";
import { complete } from "./complete.ts";
import { loadScripts } from "./load_scripts.ts";
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
  /** Whether the user's init file is run first; by default yes. */
  readonly init?: boolean;
  /** Scripts to load first, by path. */
  readonly scripts?: readonly string[];
  /** Whether scripts are loaded again when their files change. */
  readonly watch?: boolean;
  /** The file to start from, if it exists, and to save the session to at its end. */
  readonly session?: string;
  /** Where to record what is typed and printed. */
  readonly record?: string;
  /** Greets the person, instead of what the prompt says by itself. */
  readonly greet?: (session: Session) => void;
  /** A guest that a closure holds, and what to put into the scope: then the prompt is over that guest. */
  readonly visited?: { readonly emulator: Emulator; readonly values: Readonly<Record<string, unknown>> };
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
      (line) => session === undefined ? { candidates: [], replaced: "" } : complete(session, line),
    )
    : new Plain(reader, write, isPerson);
  try {
    const position = { line: 0 };
    /** What is typed until the person leaves: the session, or the closure that waits. */
    const conversation = (session: Session, depth: number) =>
      isPerson
        ? converse(session, console, history, depth)
        : runLines(session, () => console.read(""), "input", position);
    const { visited } = options;
    session = new Session(
      { ...options, ...(visited === undefined ? {} : { emulator: visited.emulator }) },
      console,
      evaluator,
      (session) => ({
        command: defineCommand,
        repl: (values) =>
          session.visit(values, async () => {
            const depth = session.visits;
            await (session.typist?.() ?? conversation(session, depth));
            if (session.quitStatus !== undefined) session.interrupt();
            if (session.visits === depth) session.leave();
          }),
      }),
    );
    const scope = scopeOf(session);
    evaluator.define(scope);
    using _ = watchProcess(session, console);
    if (options.record !== undefined) {
      session.recorder.start(resolve(options.record), session.title);
    }
    if (visited !== undefined) {
      await session.host.repl(visited.values);
      return 0;
    }
    if (options.greet !== undefined) options.greet(session);
    else if (isPerson) {
      console.print(
        `${options.emulatorOptions.program} is loaded, before its first instruction. \`help\` shows what can be typed.`,
      );
      console.print(contextLines(session, false, session.emulator.cpu.pc));
    }
    using _scripts = await loadScripts(session, options);
    if (options.session !== undefined) await startFrom(session, resolve(options.session));
    if (isPerson || session.quitStatus === undefined) await conversation(session, 0);
    await saveAtEnd(session);
    evaluator.forget(Object.keys(scope));
    return session.quitStatus ?? 0;
  } catch (error) {
    // Who read the output has gone, as `head` does: nothing is left to do or to say.
    if (error instanceof Deno.errors.BrokenPipe) return OUTPUT_CLOSED;
    throw error;
  } finally {
    console.close();
    if (session?.isRunning && options.visited === undefined) session.interrupt();
    await session?.settled();
    session?.close();
    evaluator.close();
  }
}

/** Starts from a saved session, if there is one, and has it saved at the end. What is wrong is shown. */
async function startFrom(session: Session, path: string): Promise<void> {
  session.autosave = path;
  try {
    if (existsSync(path)) await loadSession(session, path);
  } catch (error) {
    // What cannot be read is not written over.
    session.autosave = undefined;
    session.showError(error);
    if (!session.out.isTerminal) session.quitStatus = 1;
  }
}

async function saveAtEnd(session: Session): Promise<void> {
  try {
    if (session.autosave !== undefined) await saveSession(session, session.autosave);
  } catch (error) {
    session.showError(error);
  }
}

/** Reads and does, line by line, for a person: errors are shown, and the prompt stays. */
async function converse(
  session: Session,
  console: Terminal | Plain,
  history: History,
  depth: number,
): Promise<void> {
  let text = "";
  while (session.quitStatus === undefined && session.visits >= depth) {
    const read = await console.read(text === "" ? PROMPT : MORE);
    if (read.kind === "end") {
      console.print("");
      if (session.visits === depth) return;
      session.leave();
      continue;
    }
    if (read.kind === "cancelled") {
      text = "";
      continue;
    }
    history.add(read.text);
    text = text === "" ? read.text : `${text}\n${read.text}`;
    if (read.text !== "" && wantsMore(text)) continue;
    const whole = text;
    text = "";
    session.recorder.typed(whole);
    await execute(session, whole);
  }
}

/**
 * One sitting at the prompt: the guest, what is attached to it over all its runs, and what was shown last.
 *
 * Leaves out how lines are read (see prompt/) and what each command does (see commands/).
 */

import {
  Emulator,
  type EmulatorOptions,
  hostScripts,
  type InstrumentedProcess,
  type PermissionRequest,
  type Plugin,
  type ScriptHost,
  type StopReason,
} from "../../mod.ts";
import { basename, dirname } from "node:path";
import type { Evaluator, ScriptLine } from "../prompt/evaluator.ts";
import { type Describe, describeBy, place } from "../views/hex.ts";
import { ORDER, type RegisterValues } from "../views/registers.ts";
import type { ExamineFormat } from "../views/memory.ts";
import { runDue } from "../prompt/execute.ts";
import { linesOf, runLines } from "../prompt/script.ts";
import { deniedLine } from "../views/permissions.ts";
import { type StopCause, stopLines } from "../views/stop.ts";
import { threadTitle } from "../views/threads.ts";
import { frameLine } from "../views/frame.ts";
import { sourceLines } from "../views/source.ts";
import { contextLines } from "./context.ts";
import { ContextLayout } from "./context_layout.ts";
import { errorLines } from "../views/error.ts";
import { Attachments } from "./attachments.ts";
import { Displays } from "./displays.ts";
import { CommandError } from "./errors.ts";
import { Scripts } from "../scripts/scripts.ts";
import { sourceLine } from "../cli/user_code.ts";
import { Recorder } from "./recorder.ts";
import { sourceRows } from "./source_text.ts";
import { FrameSelection } from "./frame_selection.ts";
import type { Output } from "./output.ts";
import { RunControl } from "./run_control.ts";
import { SignalPolicy, signalText } from "./signal_policy.ts";

/** A plugin to use in each run. */
export interface UsedPlugin {
  readonly plugin: Plugin;
  readonly params?: Readonly<Record<string, string>>;
}

/** What a session starts with. */
export interface SessionOptions {
  readonly emulatorOptions: EmulatorOptions;
  readonly plugins?: readonly UsedPlugin[];
  /** A guest that runs already: the session looks at it and does not end it. */
  readonly emulator?: Emulator;
}

/** Makes what scripts have at hand, but for the guest. */
export type MakeHost = (session: Session) => Omit<ScriptHost, "emulator">;

/** Has a person type at the prompt until they leave. */
export type Converse = () => Promise<void>;
/** Something that is on or off. */
export interface Setting {
  get(): boolean;
  set(isOn: boolean): void;
}

/** A sitting at the prompt. */
export class Session {
  readonly #options: SessionOptions;
  readonly out: Output;
  /** Keeps what passes the output. */
  readonly recorder: Recorder;
  readonly scripts: Scripts;
  /** What scripts have at hand. */
  readonly host: ScriptHost;
  readonly evaluator: Evaluator;
  readonly attachments: Attachments;
  readonly control: RunControl;
  /** What is done about signals. */
  readonly signals = new SignalPolicy();
  /** Expressions that are shown after each stop. */
  readonly displays = new Displays();
  /** What attachments want typed, because they stopped the guest; see prompt/execute.ts. */
  due: string[] = [];
  /** The frame that commands are about. */
  readonly selection: FrameSelection = new FrameSelection(this);
  #emulator: Emulator;
  #background: Promise<void> | undefined;
  #isForeground = false;
  readonly #hosting: Disposable;
  /** What lets closures go on that wait for the prompt, the innermost last. */
  readonly #visits: (() => void)[] = [];
  /** Hears of each input that was done. */
  onInput: ((text: string) => void) | undefined;
  /** Who types instead of the person. */
  typist: Converse | undefined;
  #previous: RegisterValues | undefined;
  #shown: RegisterValues | undefined;
  /** Set by `quit`: the status to end with. */
  quitStatus: number | undefined;
  /** Arguments of the guest; `run ARGS` replaces them. */
  args: readonly string[];
  /** Whether a closure threw since this was last set to false: a script ends there. */
  hasFailed = false;
  /** Ends what is shown while the guest runs in the background. */
  leaveView: (() => void) | undefined;
  /** What the settings were at the start, by name. */
  readonly initialSettings: Readonly<Record<string, boolean>>;
  /** Where the session is saved at its end. */
  autosave: string | undefined;
  /** Whether registers, code and stack are shown after each stop. */
  showsContext: boolean;
  /** What of them is shown. */
  readonly contextLayout = new ContextLayout();
  /** What `set` and `show` know by name. */
  readonly settings: Readonly<Record<string, Setting>> = {
    context: { get: () => this.showsContext, set: (isOn) => void (this.showsContext = isOn) },
    pagination: { get: () => this.out.pages, set: (isOn) => void (this.out.pages = isOn) },
  };
  /** Where `x` and `disasm` go on. */
  examined: { address: bigint; format: ExamineFormat } = {
    address: 0n,
    format: { count: 1, format: "x", size: 4 },
  };

  constructor(options: SessionOptions, out: Output, evaluator: Evaluator, host: MakeHost) {
    this.#options = options;
    this.out = this.recorder = new Recorder(out);
    this.evaluator = evaluator;
    this.args = options.emulatorOptions.args ?? [];
    this.showsContext = out.isTerminal;
    this.initialSettings = Object.fromEntries(Object.entries(this.settings).map(([name, { get }]) => [name, get()]));
    this.#emulator = this.#open();
    this.attachments = new Attachments(this.#emulator);
    this.control = new RunControl(this);
    this.scripts = new Scripts(() => this.emulator, (text, path) => this.#runText(text, path));
    const emulator = () => this.emulator;
    this.host = {
      ...host(this),
      get emulator() {
        return emulator();
      },
    };
    this.#hosting = hostScripts(this.host);
  }

  async #runText(text: string, path: string): Promise<void> {
    const outcome = await this.evaluator.evaluate(text, path, dirname(path));
    if (outcome.kind === "thrown") throw outcome.error;
  }

  /** What a transcript of it is called. */
  get title(): string {
    return `Session with ${basename(this.#options.emulatorOptions.program)}`;
  }

  #open(): Emulator {
    if (this.#options.emulator !== undefined) return this.#options.emulator;
    const { permissions = {} } = this.#options.emulatorOptions;
    const { ask } = permissions;
    // While a line is read, the keys are the prompt's.
    const asking = ask && { ask: (request: PermissionRequest) => this.isInBackground ? "deny" : ask(request) };
    const emulator = Emulator.open({
      ...this.#options.emulatorOptions,
      permissions: { ...permissions, ...asking },
      args: this.args,
      onWarning: (message) => this.out.print(`ceratops: ${message}`),
    });
    emulator.countBranches(); // for `cov --lines`
    for (const { plugin, params } of this.#options.plugins ?? []) emulator.use(plugin, params);
    this.signals.follow(emulator, (lines) => this.out.print(lines));
    return emulator;
  }

  /** The guest. */
  get emulator(): Emulator {
    return this.#emulator;
  }

  /** An address in words: `main+4`, as gdb counts. */
  get describe(): Describe {
    return (address) => describeBy(this.#emulator.symbols, address);
  }

  /** An address in full: `0x401136 <main> at file.c:5`. */
  get where(): (address: bigint) => string {
    return (address) => {
      const source = this.#emulator.symbols.statementAt(address);
      return `${place(address, this.describe)}${source === undefined ? "" : ` at ${source.file}:${source.line}`}`;
    };
  }

  /** Registers in gdb's order. */
  registers(): RegisterValues {
    const { cpu } = this.#emulator;
    return Object.fromEntries(ORDER.map((name) => [name, cpu.register(name) ?? 0n]));
  }

  /** Registers at the stop before the last one. */
  get previousRegisters(): RegisterValues | undefined {
    return this.#previous;
  }

  /** Whether the guest runs while the prompt is live. */
  get isRunning(): boolean {
    return this.#emulator.isRunning || this.control.isBusy;
  }

  /** Whether the guest runs and the prompt is live: Ctrl-C is not for the guest then. */
  get isInBackground(): boolean {
    return this.#background !== undefined && !this.#isForeground;
  }

  /** Ctrl-C stops the guest from now on, until {@linkcode Session.settled} has resolved. */
  requireForeground(): void {
    this.#isForeground = true;
  }

  /** @throws {CommandError} If the guest runs. */
  requireStopped(): void {
    if (this.#emulator.isHeld) throw new CommandError("A closure holds the guest here; `quit` lets both go on");
    if (this.isRunning) throw new CommandError("The guest is running; `interrupt` stops it");
  }

  /** @throws {CommandError} If the guest runs or has ended. */
  requireAlive(): void {
    this.requireStopped();
    if (this.#emulator.ended !== undefined) {
      throw new CommandError("The program is not being run: it has ended; `run` starts it again");
    }
  }

  /** Loads the guest anew, with everything attached; nothing of it has run. */
  async restart(): Promise<void> {
    this.requireStopped();
    if (this.#options.emulator !== undefined) {
      throw new CommandError("Cannot start the guest anew: it belongs to the program that opened this prompt");
    }
    this.#emulator.close();
    this.#previous = this.#shown = undefined;
    this.#emulator = this.#open();
    this.attachments.moveTo(this.#emulator);
    await this.scripts.reattach();
  }

  /**
   * Has the guest do something, and shows why it stopped.
   *
   * @param inBackground Whether the prompt goes on meanwhile.
   */
  async run(work: () => Promise<StopReason>, inBackground = false): Promise<void> {
    this.requireAlive();
    // As in gdb, nothing more of the commands of a breakpoint is done once one of them has the guest go on.
    this.due = [];
    this.signals.release();
    await this.out.settle();
    if (!inBackground) {
      await this.showStop(await work());
      return;
    }
    const output = this.#followOutput();
    this.#background = work().finally(() => output.detach()).then(
      (reason) => this.showStop(reason),
      (error) => this.showError(error),
    ).then(async () => void await runDue(this)).finally(() => {
      this.#background = undefined;
      this.#isForeground = false;
    });
  }

  /** Keeps the line that is being typed out of the way of what the guest writes. */
  #followOutput(): { detach(): void } {
    const isShown = (registers: readonly bigint[]) => registers[0] === 1n || registers[0] === 2n;
    return this.#emulator.hookSyscall(["write", "writev", "sendfile"], {
      onEnter: ({ registers }) => {
        if (isShown(registers)) this.out.beforeGuestOutput();
      },
      onLeave: ({ registers }) => {
        if (isShown(registers)) this.out.afterGuestOutput();
      },
    });
  }

  /** Resolves when the guest that runs in the background has stopped; at once if none does. */
  async settled(): Promise<void> {
    await this.#background;
  }

  /** Runs commands, a line each. @param name What they are called in messages. */
  async runScript(text: string, name: string): Promise<void> {
    const isDone = await runLines(this, linesOf(text), name);
    if (isDone) return;
    // A file that fails does not end the session: who ran it says what becomes of that.
    this.quitStatus = undefined;
    throw new CommandError(`Stopped ${name}`);
  }

  /** Whether a closure waits for the prompt. */
  get isVisited(): boolean {
    return this.#visits.length > 0;
  }

  /** How many closures wait for the prompt. */
  get visits(): number {
    return this.#visits.length;
  }

  /** Lets the closure go on that waits for the prompt. */
  leave(): void {
    this.#visits.pop()?.();
  }

  /**
   * Has a closure wait for the prompt, with values of its own in the scope.
   *
   * @param converse Has the person type until they leave, if they do not do so already.
   */
  async visit(values: Readonly<Record<string, unknown>>, converse: Converse): Promise<void> {
    const names = Object.keys(values);
    this.evaluator.define(
      Object.fromEntries(names.map((name) => [name, { value: values[name], writable: true, enumerable: true }])),
    );
    const left = new Promise<void>((resolve) => void this.#visits.push(resolve));
    const address = this.#emulator.cpu.pc;
    this.out.freshLine();
    if (this.#emulator.isRunning) {
      this.out.print(`A closure holds the guest at ${this.where(address)}; \`quit\` lets both go on`);
    } else this.out.print(`The guest is at ${this.where(address)}; \`quit\` goes back to the program`);
    this.out.print(contextLines(this, this.showsContext, address));
    // `run &` notes that the guest is in the background once its first slice is over.
    await Promise.resolve();
    if (!this.isInBackground) await converse();
    await left;
    this.evaluator.forget(names);
  }

  /** Stops the guest. */
  interrupt(): void {
    this.control.interrupt();
  }

  /** Shows why the guest stopped, and where it is, unless what stopped it is silent. */
  async showStop(reason: StopReason): Promise<void> {
    if (this.attachments.peekHit() !== undefined) this.attachments.arriveAt(this.#emulator.cpu.pc);
    const hits = this.attachments.takeHits();
    const commands = hits.flatMap(({ attachment }) => attachment.commands);
    this.due = commands.filter((line) => line !== "silent");
    this.out.freshLine();
    if (reason.kind === "failed") this.hasFailed = true;
    const isSilent = hits.length > 0 && hits.every(({ attachment }) => attachment.commands[0] === "silent");
    if (isSilent && this.#emulator.ended === undefined) return;
    const { held } = this.signals;
    const causes: readonly StopCause[] = held === undefined || hits.length > 0 ? hits : [{
      title: `Program received signal ${signalText(held.name)}`,
      details: [".", ...(held.address === undefined ? [] : [`At the address ${place(held.address, this.describe)}`])],
      isApart: true,
    }];
    const all = this.#emulator.threads;
    const thread = all.length > 1 ? all.find(({ isSelected }) => isSelected) : undefined;
    const other = this.#processOf(reason);
    const who = other === undefined ? thread && threadTitle(thread) : `process ${other.pid}`;
    const where = other === undefined ? this.where : (pc: bigint) => place(pc, (at) => describeBy(other.symbols, at));
    this.out.print(stopLines(reason, causes, this.#emulator.pid, where, who));
    if (reason.kind === "failed") this.showError(reason.error);
    if (other !== undefined) return this.out.print(`The program itself is at ${this.where(this.#emulator.cpu.pc)}.`);
    if (this.#emulator.ended === undefined) return await this.showPlace(reason.kind === "stepped" && hits.length === 0);
    const denied = deniedLine(this.#emulator.denied);
    if (denied !== undefined) this.out.print(`ceratops: ${denied}`);
  }

  /** The process that a stop is about, if it is another one than the program. */
  #processOf(reason: StopReason): InstrumentedProcess | undefined {
    if (reason.kind !== "stopped" && reason.kind !== "failed" || reason.process === undefined) return undefined;
    return this.#emulator.followed.find(({ pid }) => pid === reason.process);
  }

  /** Shows where the guest is; after a step into or out of a function, that as well. */
  async showPlace(isStep = false): Promise<void> {
    this.selection.reset();
    const { current } = this.selection;
    const isKept = this.selection.note();
    if (isStep && !isKept && current?.isKnown) {
      this.out.print(frameLine(current, this.describe, this.out.style).replace(/^#\d+ +/, ""));
    }
    this.#previous = this.#shown;
    this.#shown = this.registers();
    const address = this.#emulator.cpu.pc;
    const source = current?.source;
    if (source !== undefined) this.out.print(sourceLines(sourceRows(source, 0, 0), this.out.style));
    this.out.print(contextLines(this, this.showsContext, address));
    await this.displays.show(this);
  }

  /** Shows what was thrown, with the lines of the user's own on the way. */
  showError(error: unknown): void {
    if (error instanceof CommandError) this.out.print(this.out.style.red(error.message));
    else this.out.print(errorLines(error, (script, line) => this.#sourceLine(script, line), this.out.style));
  }

  #sourceLine(script: string, line: number): ScriptLine | undefined {
    const text = script.startsWith("/") ? sourceLine(script.replace(/\?\d+$/, ""), line) : undefined;
    return this.evaluator.sourceLine(script, line) ?? (text === undefined ? undefined : { text, line });
  }

  /** Ends the guest, and what is recorded. */
  close(): void {
    this.scripts[Symbol.dispose]();
    this.#hosting[Symbol.dispose]();
    this.recorder.stop();
    if (this.#options.emulator === undefined) this.#emulator.close();
  }
}

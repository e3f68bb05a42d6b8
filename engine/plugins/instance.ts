/**
 * One plugin in use: its parameters, what it counts, what it attached, and the handle that its user gets.
 *
 * A plugin that throws is named in a warning and disabled; the guest goes on, and so do the other plugins.
 */

import type { FlowBatch, FlowReader } from "../counters/flow.ts";
import type { EventBatch, EventKind, EventReceiver } from "../counters/event_sites.ts";
import { Coverage } from "../coverage.ts";
import { inlinedCalls } from "../debug/mod.ts";
import {
  type EventOptions,
  type Plugin,
  PLUGIN_API_VERSION,
  type PluginApi,
  type PluginBlock,
  type PluginSyscall,
  type PluginValues,
  type Report,
  type ReportOutput,
  type StandardValues,
} from "../plugin.ts";
import { Attachments } from "./attachments.ts";
import type { AnnouncedBlock, TranslationFollower } from "../translations.ts";
import { type Attacher, CodeBlock, decode } from "./code.ts";
import { NativeCounter } from "./counter.ts";
import { PluginError } from "./errors.ts";
import type { PluginGround } from "./ground.ts";
import { GatheredReport, RunningOutput } from "./output.ts";
import { ParameterValues, pluginFormats, type Value } from "./parameters.ts";
import { Places } from "./places.ts";
import { syscallObserver } from "./syscalls.ts";
import { CountWindow } from "./window.ts";
import { readCodeParts, Within } from "./within.ts";

/** A plugin in use. */
export interface PluginHandle {
  /** The plugin. */
  readonly plugin: Plugin;
  /** The values of its parameters by name, `within` and `format` among them. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** Whether it counts and is called. */
  readonly isEnabled: boolean;
  /** Has it count and be called, from now on. @throws {PluginError} If its setup failed. */
  enable(): void;
  /** Has it neither count nor be called until it is enabled. What it has counted stays. */
  disable(): void;
  /** Has it count from zero. */
  reset(): void;
  /** Changes a parameter. @throws {PluginError} If the name is unknown or the value does not fit. */
  set(name: string, text: string): void;
  /**
   * Has the plugin write its report.
   *
   * @param format One of its formats; by default what its parameter says.
   * @throws {PluginError} If it has no such format, or the format is binary and the output takes text only.
   */
  report(output: ReportOutput, format?: string): void;
}

/** A plugin in use, as its host sees it. */
export class PluginInstance implements PluginHandle, TranslationFollower {
  readonly plugin: Plugin;
  readonly #ground: PluginGround;
  readonly #parameters: ParameterValues;
  readonly #window: CountWindow;
  readonly #attachments: Attachments;
  readonly #places: Places;
  readonly #attacher: Attacher;
  readonly #output: RunningOutput;
  /** Keys of the blocks that it was told of. */
  readonly #told = new Map<number, AnnouncedBlock>();
  /** Ids of those that are not within its part of the code any more. */
  #hidden: ReadonlySet<number> = new Set();
  readonly #callbacks = {
    translate: [] as ((block: PluginBlock) => void)[],
    leave: [] as ((block: bigint, pc: bigint) => void)[],
    syscall: [] as ((call: PluginSyscall) => void)[],
    signal: [] as ((text: string) => void)[],
    report: [] as ((report: Report) => void)[],
    params: [] as ((name: string) => void)[],
    active: [] as ((isActive: boolean) => void)[],
    reset: [] as (() => void)[],
  };
  readonly #readers: FlowReader[] = [];
  readonly #receivers: EventReceiver[] = [];
  #within: Within;
  #isEnabled = false;
  #isWatchingSyscalls = false;
  #isSetUp = false;

  /**
   * Puts a plugin to use.
   *
   * @throws {PluginError} If a parameter is unknown or does not fit, or if the plugin's `setup` says so with that error.
   */
  constructor(
    plugin: Plugin,
    texts: Readonly<Record<string, string>>,
    output: ReportOutput | undefined,
    ground: PluginGround,
  ) {
    this.plugin = plugin;
    this.#ground = ground;
    this.#parameters = new ParameterValues(plugin, texts);
    this.#within = this.#readWithin();
    this.#output = new RunningOutput(output, plugin.name);
    this.#window = new CountWindow(
      ground.counts,
      () => this.#within.isAll ? undefined : (address) => this.#within.has(address),
    );
    this.#attachments = new Attachments(
      ground.machine,
      (start, end) => this.#isEnabled && this.#within.overlaps(start, end),
    );
    this.#places = new Places(ground, (work) => this.#guarded(work), () => this.#isEnabled);
    this.#attacher = {
      ground,
      attach: (at, extent, callback, block) =>
        this.#attachments.add(at, extent, () => this.#guarded(() => callback(ground.context)), block?.key),
      covers: (address) => this.#within.has(address),
    };
    this.#window.open();
    this.#isEnabled = true;
    this.#setUp();
  }

  /** A plugin that fails while it is set up attaches nothing; what it asked for its parameters to be is told its user. */
  #setUp(): void {
    let refusal: PluginError | undefined;
    this.#guarded(() => {
      try {
        this.plugin.setup(this.#api());
        this.#isSetUp = true;
      } catch (error) {
        if (!(error instanceof PluginError)) throw error;
        refusal = error;
      }
    });
    if (this.#isSetUp) return;
    for (const callbacks of Object.values(this.#callbacks)) callbacks.length = 0;
    this.disable();
    if (refusal !== undefined) throw refusal;
  }

  get params(): Readonly<Record<string, Value>> {
    return this.#parameters.values;
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  #api(): PluginApi {
    const { memory, symbols, disassembler, guest } = this.#ground;
    const callbacks = this.#callbacks;
    return {
      apiVersion: PLUGIN_API_VERSION,
      arch: "x86_64",
      guest,
      params: this.#parameters.values as PluginValues<Record<string, never>> & StandardValues,
      memory,
      cpu: this.#ground.context,
      get images() {
        return symbols.images;
      },
      coverage: new Coverage(this.#window, symbols, memory, disassembler),
      output: this.#output,
      symbolAt: (address) => symbols.at(address),
      inlinedAt(address) {
        const image = symbols.imageAt(address);
        return image === undefined ? [] : inlinedCalls(image, address);
      },
      imageAt: (address) => symbols.imageAt(address)?.name,
      counter: () => new NativeCounter(this.#window),
      disassemble: (address, size) => decode(Number(address), size, this.#attacher),
      flow: (instruction) => disassembler.flow(instruction),
      groups: (instruction) => disassembler.groups(instruction),
      registerAccess: (instruction) => disassembler.registerAccess(instruction),
      covers: (address) => this.#within.has(Number(address)),
      onTranslate: (callback) => void callbacks.translate.push(callback),
      onLeave: (callback) => void callbacks.leave.push(callback),
      onPlace: (where, callback) => this.#places.onPlace(where, callback),
      onCall: (where, handlers) => this.#places.onCall(where, handlers),
      onInstructionCount: (count, callback) => this.#places.onInstructionCount(count, callback),
      stop: (why) => this.#ground.stop(why),
      end: (status) => this.#ground.end(status),
      onFlow: (callback) => this.#read(callback),
      onEvents: (kinds, callback, options) => this.#receive(kinds, callback, options),
      onSyscall: (callback) => {
        callbacks.syscall.push(callback);
        this.#watchSyscalls();
      },
      onSignal: (callback) => {
        callbacks.signal.push(callback);
        this.#watchSyscalls();
      },
      countBranches: () => {
        this.#ground.machine.countBranches();
        this.#window.countsBranches ||= !this.#isSetUp;
      },
      onReport: (callback) => void callbacks.report.push(callback),
      onParamsChange: (callback) => void callbacks.params.push(callback),
      onActiveChange: (callback) => void callbacks.active.push(callback),
      onReset: (callback) => void callbacks.reset.push(callback),
    };
  }

  /** Reads the flow from now on, while the plugin is enabled. */
  #read(callback: (batch: FlowBatch) => void): void {
    const reader = (batch: FlowBatch) => {
      if (this.#isEnabled) this.#guarded(() => batch.without(this.#hidden, callback));
    };
    this.#readers.push(reader);
    if (this.#isEnabled) this.#ground.machine.flow.add(reader);
  }

  /** Has the plugin know all that has happened so far. */
  #catchUp(): void {
    if (this.#readers.length > 0) this.#ground.machine.flow.deliver();
    if (this.#receivers.length > 0) this.#ground.machine.events.deliver();
  }

  #receive(kinds: readonly EventKind[], callback: (batch: EventBatch) => void, options: EventOptions = {}) {
    const { events } = this.#ground.machine;
    const receiver: EventReceiver = {
      kinds: new Set(kinds),
      covers: (address) => options.everywhere === true || this.#within.has(address),
      receive: (batch) => this.#isEnabled && this.#guarded(() => callback(batch)),
      lines: options.lines,
    };
    if (receiver.kinds.has("fetches") && options.lines === undefined) {
      throw new TypeError("Cannot tell of fetches without the option lines: which lines of code there are");
    }
    this.#receivers.push(receiver);
    if (this.#isEnabled) events.add(receiver);
    return events.sites;
  }

  /** Follows system calls from now on, while the plugin is enabled. */
  #watchSyscalls(): void {
    if (this.#isWatchingSyscalls) return;
    this.#isWatchingSyscalls = true;
    const call = <A>(callbacks: readonly ((argument: A) => void)[], argument: A) => {
      if (callbacks.length > 0) this.#catchUp();
      for (const callback of callbacks) if (this.#isEnabled) this.#guarded(() => callback(argument));
    };
    this.#ground.observe(syscallObserver(
      (event) => call(this.#callbacks.syscall, event),
      (text) => call(this.#callbacks.signal, text),
    ));
  }

  #readWithin(): Within {
    const text = String(this.#parameters.values.within);
    try {
      return new Within(this.#ground.symbols, text.trim() === "" ? this.plugin.within ?? [] : readCodeParts(text));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new PluginError(this.plugin.name, `parameter within is ${text}: ${error.message}`);
    }
  }

  /** Runs the plugin's code. A closure that is `async`, though nobody waits for it, may fail later. */
  #guarded(work: () => unknown): void {
    try {
      const result = work();
      if (result instanceof Promise) result.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: "" };
    const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    this.#ground.warn([`plugin ${this.plugin.name}: ${message}; it is disabled`, ...frames].join("\n"));
    this.disable();
  }

  /** A block is about to run for the first time. */
  translated(block: AnnouncedBlock): void {
    if (!this.#isEnabled || this.#callbacks.translate.length === 0) return;
    if (this.#told.has(block.key) || !this.#within.overlaps(block.start, block.start + block.size)) return;
    this.#told.set(block.key, block);
    const code = new CodeBlock(block, this.#attacher);
    for (const callback of this.#callbacks.translate) {
      if (this.#isEnabled) this.#guarded(() => callback(code));
    }
  }

  /** A block was left before its end. */
  left(start: number, pc: number): void {
    for (const callback of this.#callbacks.leave) {
      if (this.#isEnabled) this.#guarded(() => callback(BigInt(start), BigInt(pc)));
    }
  }

  /** A block is no more: what was attached to it goes. */
  retired(key: number): void {
    this.#told.delete(key);
    this.#attachments.drop(key);
  }

  #tellAll(): void {
    for (const block of this.#ground.translations.blocks.values()) this.translated(block);
  }

  /** Hands on what was written while the guest ran. */
  flush(): void {
    this.#catchUp();
    this.#output.flush();
  }

  enable(): void {
    if (this.#isEnabled) return;
    if (!this.#isSetUp) throw new PluginError(this.plugin.name, "its setup failed, so it cannot be enabled");
    this.#isEnabled = true;
    this.#window.open();
    this.#attachments.settle();
    this.#places.settle();
    for (const reader of this.#readers) this.#ground.machine.flow.add(reader);
    for (const receiver of this.#receivers) this.#ground.machine.events.add(receiver);
    this.#tellAll();
    for (const callback of this.#callbacks.active) this.#guarded(() => callback(true));
  }

  disable(): void {
    this.#catchUp();
    if (!this.#isEnabled) return;
    this.#isEnabled = false;
    for (const reader of this.#readers) this.#ground.machine.flow.remove(reader);
    for (const receiver of this.#receivers) this.#ground.machine.events.remove(receiver);
    this.#window.close();
    this.#attachments.settle();
    this.#places.settle();
    for (const callback of this.#callbacks.active) this.#guarded(() => callback(false));
  }

  reset(): void {
    this.#catchUp();
    this.#window.reset();
    this.#output.clear();
    for (const callback of this.#callbacks.reset) this.#guarded(callback);
  }

  set(name: string, text: string): void {
    this.#catchUp();
    const before = this.#parameters.values[name];
    this.#parameters.set(name, text);
    if (name === "within") this.#changeWithin(String(before));
    for (const callback of this.#callbacks.params) this.#guarded(() => callback(name));
    if (this.#receivers.some(({ lines }) => lines !== undefined)) this.#ground.machine.events.refresh();
  }

  #changeWithin(before: string): void {
    try {
      this.#within = this.#readWithin();
    } catch (error) {
      this.#parameters.set("within", before);
      throw error;
    }
    this.#attachments.settle();
    if (this.#receivers.length > 0) this.#ground.machine.events.refresh();
    const isOther = ({ start, size }: AnnouncedBlock) => !this.#within.overlaps(start, start + size);
    this.#hidden = new Set([...this.#told.values()].filter(isOther).map(({ id }) => id));
    this.#tellAll();
  }

  report(output: ReportOutput, format: string = this.#format()): void {
    const formats = pluginFormats(this.plugin);
    if (!formats.includes(format)) {
      throw new PluginError(this.plugin.name, `it has no ${format} report; its formats are ${formats.join(", ")}`);
    }
    this.#handOver(output);
    const report = new GatheredReport(output, format, this.plugin.name);
    let refusal: PluginError | undefined;
    const write = (callback: (report: Report) => void) => {
      try {
        callback(report);
      } catch (error) {
        if (!(error instanceof PluginError)) throw error;
        refusal = error;
      }
    };
    this.#window.freeze(() => this.#callbacks.report.forEach((each) => this.#guarded(() => write(each))));
    this.#guarded(() => report.flush());
    if (refusal !== undefined) throw refusal;
    this.#handOver(output);
  }

  /** Hands on what was written while the guest ran: to where it goes, or else into the report. */
  #handOver(output: ReportOutput): void {
    this.flush();
    this.#output.handOver(output);
  }

  #format(): string {
    const [first] = pluginFormats(this.plugin);
    return String(this.#parameters.values.format ?? first);
  }
}

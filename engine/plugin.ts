/**
 * What a plugin is: `definePlugin({ name, description, params, setup(api) })`, one plugin a file.
 *
 * The host calls back when code is first executed, before it is; a plugin then says what to count and what to be
 * called for. Leaves out how that is done: see plugin_host.ts and plugins/. docs/plugins.md has what each costs.
 */

import type { GuestContext } from "./context.ts";
import type { FlowBatch } from "./counters/flow.ts";
import type { Coverage } from "./coverage.ts";
import type { CacheLines, EventBatch, EventKind, EventSites } from "./counters/event_sites.ts";
import type { InlinedCall } from "./debug/mod.ts";
import type { FlowKind, Instruction } from "./disasm/disassembler.ts";
import type { RegisterAccess } from "./disasm/register_access.ts";
import type { CallHandlers } from "./hooks/intercept.ts";
import type { Location } from "./hooks/registry.ts";
import type { MemoryAccess } from "./hooks/accesses.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import type { Image, SymbolAt } from "./symbols/mod.ts";

/** The version of this interface; it grows when something is added, and starts anew when something breaks. */
export const PLUGIN_API_VERSION = 1;

/** Types of a parameter. */
export type ParameterType = "string" | "number" | "boolean";
/** A parameter's value. */
export type ParameterValue<T extends ParameterType> = T extends "string" ? string
  : T extends "number" ? number
  : boolean;

/** A parameter of a plugin. */
export interface PluginParameter<T extends ParameterType = ParameterType> {
  /** The type that texts are read as. */
  readonly type: T;
  /** The value if none is given. */
  readonly default: ParameterValue<T>;
  /** One line. */
  readonly description: string;
  /** Says what is wrong with a value, if something is. */
  check?(value: ParameterValue<T>): string | undefined;
}

/** The parameters of a plugin, by name. */
export type PluginSettings = Readonly<Record<string, PluginParameter>>;
/** The values of parameters. */
export type PluginValues<P extends PluginSettings> = {
  readonly [name in keyof P]: ParameterValue<P[name]["type"]>;
};

/** The values of the parameters that every plugin has. */
export interface StandardValues {
  /** The code that the plugin is about, as text; empty for all. */
  readonly within: string;
  /** The format of its report. */
  readonly format: string;
}

/**
 * A part of the guest's code: the name of a symbol (`main`, `libc.so.6:puts`, `str*`) or an image (`libc.so.6`), or
 * addresses from `from` up to but without `to`.
 */
export type CodePart = string | CodeRange;

/** Code by address. */
export interface CodeRange {
  /** The first address. */
  readonly from: bigint;
  /** The first address after it. */
  readonly to: bigint;
}

/** Counts executions natively: no callback is made. */
export interface Counter {
  /** Executions since the plugin was put to use or reset, without those while it was disabled. */
  readonly value: number;
}

/** An instruction to instrument. */
export interface PluginInstruction extends Instruction {
  /** The symbol it is in. */
  readonly symbol: SymbolAt | undefined;
  /** Has a counter count its executions. One address is counted once, however often this is called. */
  count(counter: Counter): void;
  /** Has a closure called before each execution. */
  onExecute(callback: (cpu: GuestContext) => void): void;
  /** Has a closure called before each execution, once for each range of memory that is about to be accessed. */
  onMemory(callback: (access: MemoryAccess, cpu: GuestContext) => void): void;
}

/** A block about to run for the first time: a run of instructions that ends where control may go elsewhere. */
export interface PluginBlock {
  /** Its number, from 1: what {@linkcode FlowBatch.block} has for it. */
  readonly id: number;
  /** Where it starts. */
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** The symbol it starts in. */
  readonly symbol: SymbolAt | undefined;
  /** Its instructions, those within the plugin's part of the code; decoded when first asked for. */
  readonly instructions: readonly PluginInstruction[];
  /** Has a counter count how often it is entered. Single-stepped instructions are in no block. */
  count(counter: Counter): void;
  /** Has a closure called before each execution of the block. */
  onExecute(callback: (cpu: GuestContext) => void): void;
}

/** The program that is run. */
export interface PluginGuest {
  /** Path of the program, as given. */
  readonly program: string;
  /** Its arguments, without its name. */
  readonly args: readonly string[];
  /** Its process id. */
  readonly pid: number;
}

/** A system call that has returned. */
export interface PluginSyscall {
  /** Id of the thread that made it. */
  readonly thread: number;
  /** As in syscalls(2). */
  readonly name: string;
  /** The six argument registers, as they were at entry. */
  readonly arguments: readonly bigint[];
  /** The call as strace(1) writes it, with its arguments and its result. */
  readonly text: string;
  /** What it returned; a negative errno for a failure. */
  readonly result: number | bigint;
  /** How long it took, waiting included. */
  readonly milliseconds: number;
}

/** Options of {@linkcode PluginApi.onEvents}. */
export interface EventOptions {
  /** Whether events come from all code, and not only from the plugin's part of it. */
  readonly everywhere?: boolean;
  /**
   * Caches that a plugin simulates; asked again when a parameter was changed. What is all on the line that was used last
   * of its set changes nothing in a cache, whatever it puts out: such accesses may be left out, and are only counted
   * ({@linkcode EventSites.omitted}); fetches are left out without being counted. Few events are left.
   */
  readonly lines?: () => CacheLines;
}

/** What a plugin can do. */
export interface PluginApi<P extends PluginSettings = PluginSettings> {
  /** {@linkcode PLUGIN_API_VERSION}. */
  readonly apiVersion: number;
  /** The guest's architecture. */
  readonly arch: "x86_64";
  /** The program that is run. */
  readonly guest: PluginGuest;
  /** The parameters' values; they may change while the guest runs. */
  readonly params: PluginValues<P> & StandardValues;
  /** The guest's memory. */
  readonly memory: GuestMemory;
  /** The guest's registers, and where it is: in a closure, and while it does not run. */
  readonly cpu: GuestContext;
  /** Images mapped now. */
  readonly images: readonly Image[];
  /** What ran how often since the plugin was put to use or reset, without what ran while it was disabled. */
  readonly coverage: Coverage;
  /** Where the plugin writes while the guest runs. */
  readonly output: PluginOutput;
  /** Name, image, address and size of the symbol at an address. */
  symbolAt(address: bigint): SymbolAt | undefined;
  /**
   * The calls that the compiler inlined at an address, the outermost first; none without debug information. The
   * function that they are in is {@linkcode symbolAt}'s.
   */
  inlinedAt(address: bigint): readonly InlinedCall[];
  /** Name of the image that an address is in. */
  imageAt(address: bigint): string | undefined;
  /** A counter; give it to {@linkcode PluginInstruction.count} or {@linkcode PluginBlock.count}. */
  counter(): Counter;
  /**
   * Has {@linkcode PluginApi.coverage} tell branches, too: how often each conditional jump was taken. Call it in
   * `setup`; it makes the guest a little slower.
   */
  countBranches(): void;
  /** Decodes `size` bytes of code from an address on, whether they ran or not. */
  disassemble(address: bigint, size: number): PluginInstruction[];
  /** What an instruction does to control flow. */
  flow(instruction: Instruction): FlowKind;
  /** Names of Capstone's groups that an instruction is in, such as `jump`, `sse2`. */
  groups(instruction: Instruction): string[];
  /** Which registers and flags an instruction reads and writes. */
  registerAccess(instruction: Instruction): RegisterAccess;
  /** Whether an address is in the plugin's part of the code: what its parameter `within` says. */
  covers(address: bigint): boolean;
  /** Has a closure called for each block before it runs for the first time. */
  onTranslate(callback: (block: PluginBlock) => void): void;
  /**
   * Has a closure called when a block that was entered is left before its end, by a fault or a stop: the instructions
   * from `pc` on were not executed.
   */
  onLeave(callback: (block: bigint, pc: bigint) => void): void;
  /**
   * Has a closure called before each execution of the code at a place; a name may be mapped later.
   *
   * @param where A symbol, `image:symbol`, `symbol+offset`, a glob or RegExp over function names, an address.
   */
  onPlace(where: Location, callback: (cpu: GuestContext) => void): void;
  /**
   * Has closures called when a function is entered and when it has returned; a name may be mapped later.
   *
   * @param where As for {@linkcode onPlace}.
   */
  onCall(where: Location, handlers: CallHandlers): void;
  /** Has a closure called once, when so many instructions have been executed in all, before the next one is. */
  onInstructionCount(count: number, callback: (cpu: GuestContext) => void): void;
  /** Stops the guest before the instruction at hand, as a breakpoint does. */
  stop(why: string): void;
  /** Ends the guest before the instruction at hand, as if it had called exit(2). */
  end(status: number): void;
  /**
   * Has a closure called with the blocks that are entered, thousands at a time, in their order. What they are,
   * {@linkcode onTranslate} has told before; ids that it has not told are of other code. Everything else that the plugin
   * is called for comes after the blocks that were entered before it.
   */
  onFlow(callback: (batch: FlowBatch) => void): void;
  /**
   * Has a closure called with what is executed and accessed in the plugin's part of the code, thousands of events at a
   * time, in the order they happened. While a plugin asks for this, the guest runs several times slower.
   *
   * @param kinds Which events: entered blocks, executed instructions, accesses to memory; instructions that may be on
   * another line of `options.lines` than the one executed before.
   * @param callback Gets a batch; its arrays are used again when it returns.
   * @param options Whether events of other code are wanted too.
   * @returns What tells where events come from.
   * @throws {TypeError} If fetches are wanted without `options.lines`.
   */
  onEvents(
    kinds: readonly EventKind[],
    callback: (batch: EventBatch) => void,
    options?: EventOptions,
  ): EventSites;
  /** Has a closure called after each system call; one that ends the program is told as well. */
  onSyscall(callback: (call: PluginSyscall) => void): void;
  /** Has a closure called when a signal is delivered, with the line that strace(1) writes. */
  onSignal(callback: (text: string) => void): void;
  /** Has a closure called when a report is wanted: at the end of the run, and at any time before. */
  onReport(callback: (report: Report) => void): void;
  /** Has a closure called after a parameter was changed. */
  onParamsChange(callback: (name: string) => void): void;
  /** Has a closure called when the plugin was enabled or disabled. While it is disabled, nothing else is called. */
  onActiveChange(callback: (isActive: boolean) => void): void;
  /** Has a closure called when counts are to start anew. Native counters do so by themselves. */
  onReset(callback: () => void): void;
}

/** Where text goes. */
export interface ReportOutput {
  /** Writes text. */
  write(text: string): void;
  /** Writes bytes, which are used again: it must copy what it keeps. An output without this takes text only. */
  writeBytes?(bytes: Uint8Array): void;
  /** Whether escape sequences for colours are welcome. */
  readonly hasColors?: boolean;
}

/** What a plugin writes to while the guest runs. */
export interface PluginOutput extends Required<ReportOutput> {
  /** Writes text that is encoded already, as whole characters of UTF-8. It goes to outputs that take text only, too. */
  writeEncoded(text: Uint8Array): void;
}

/** What a plugin writes its report to. */
export interface Report extends ReportOutput {
  /** One of the plugin's formats. */
  readonly format: string;
  /** Whether escape sequences for colours are welcome. */
  readonly hasColors: boolean;
  /** Writes bytes. It throws if the output takes text only. */
  writeBytes(bytes: Uint8Array): void;
  /** Writes a value as JSON; bigints become texts such as `"0x401000"`. */
  writeJson(value: unknown): void;
}

/** A plugin. */
export interface Plugin<P extends PluginSettings = PluginSettings> {
  /** What it is called on the command line and at the prompt. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Its own parameters. */
  readonly params?: P;
  /** Formats of its report, the default one first; without it `text` only. */
  readonly formats?: readonly string[];
  /** The code that it is about, all code by default; whoever uses the plugin may say otherwise. */
  readonly within?: readonly CodePart[];
  /** Called once, when the plugin is put to use. */
  setup(api: PluginApi<P>): void;
}

/** Makes a plugin, with its parameters' types. */
export function definePlugin<const P extends PluginSettings = Record<never, never>>(plugin: Plugin<P>): Plugin<P> {
  return plugin;
}

/**
 * What a plugin is: `definePlugin({ name, description, params, setup(api) })`, one plugin a file.
 *
 * The host calls back when code is first executed, before it is; a plugin then says what to count and what to be
 * called for. Leaves out how that is done: see plugin_host.ts.
 */

import type { GuestContext } from "./context.ts";
import type { Instruction } from "./disasm/disassembler.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import type { SymbolAt } from "./symbols/mod.ts";

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
  readonly type: T;
  readonly default: ParameterValue<T>;
  readonly description: string;
  /** Says what is wrong with a value, if something is. */
  readonly check?: (value: ParameterValue<T>) => string | undefined;
}

/** The parameters of a plugin, by name. */
export type PluginSettings = Readonly<Record<string, PluginParameter>>;
/** The values of parameters. */
export type PluginValues<P extends PluginSettings> = {
  readonly [name in keyof P]: P[name] extends PluginParameter<infer T> ? ParameterValue<T> : never;
};

/** Counts executions natively: no callback is made. */
export interface Counter {
  /** Executions since the start of the program. */
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
}

/** A block about to run for the first time: a run of instructions that ends where control may go elsewhere. */
export interface PluginBlock {
  readonly address: bigint;
  /** In bytes. */
  readonly size: number;
  /** The symbol it starts in. */
  readonly symbol: SymbolAt | undefined;
  /** Its instructions; decoded when first asked for. */
  readonly instructions: readonly PluginInstruction[];
  /** Has a closure called before each execution of the block. */
  onExecute(callback: (cpu: GuestContext) => void): void;
}

/** What a plugin can do. */
export interface PluginApi<P extends PluginSettings = PluginSettings> {
  readonly apiVersion: number;
  /** The guest's architecture. */
  readonly arch: "x86_64";
  /** The parameters' values; they may change while the guest runs. */
  readonly params: PluginValues<P>;
  readonly memory: GuestMemory;
  /** Name, image, address and size of the symbol at an address. */
  symbolAt(address: bigint): SymbolAt | undefined;
  /** Name of the image that an address is in. */
  imageAt(address: bigint): string | undefined;
  /** A counter; give it to {@linkcode PluginInstruction.count}. */
  counter(): Counter;
  /** Decodes `size` bytes of code from an address on, whether they ran or not. */
  disassemble(address: bigint, size: number): PluginInstruction[];
  /** Has a closure called for each block before it runs for the first time. */
  onTranslate(callback: (block: PluginBlock) => void): void;
  /** Has a closure called when a report is wanted: at the end of the run, and at any time before. */
  onReport(callback: (output: ReportOutput) => void): void;
}

/** Where a report goes. */
export interface ReportOutput {
  /** Writes text. */
  write(text: string): void;
}

/** A plugin. */
export interface Plugin<P extends PluginSettings = PluginSettings> {
  readonly name: string;
  /** One line. */
  readonly description: string;
  readonly params?: P;
  /** Called once, when the plugin is put to use. */
  setup(api: PluginApi<P>): void;
}

/** Makes a plugin, with its parameters' types. */
export function definePlugin<const P extends PluginSettings = Record<never, never>>(plugin: Plugin<P>): Plugin<P> {
  return plugin;
}

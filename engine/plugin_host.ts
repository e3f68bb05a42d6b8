/** Runs plugins: tells them of code before it first runs, counts for them, and asks them for reports. */

import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import type { GuestContext } from "./context.ts";
import type { Coverage } from "./coverage.ts";
import type { Action } from "./hooks/sites.ts";
import type { Machine } from "./machine.ts";
import type { GuestMemory } from "./memory/guest_memory.ts";
import {
  type Counter,
  type ParameterType,
  type Plugin,
  PLUGIN_API_VERSION,
  type PluginApi,
  type PluginBlock,
  type PluginInstruction,
  type PluginParameter,
  type PluginSettings,
  type PluginValues,
  type ReportOutput,
} from "./plugin.ts";
import type { Symbols } from "./symbols/mod.ts";

/** A plugin that cannot be used as asked. */
export class PluginError extends Error {
  override readonly name = "PluginError";
  /** The plugin's name. */
  readonly plugin: string;

  constructor(plugin: string, problem: string) {
    super(`Cannot use plugin ${plugin}: ${problem}`);
    this.plugin = plugin;
  }
}

/** What the host works on. */
export interface PluginGround {
  readonly memory: GuestMemory;
  readonly symbols: Symbols;
  readonly disassembler: Disassembler;
  readonly coverage: Coverage;
  readonly machine: Machine;
  readonly context: GuestContext;
  /** Runs a plugin's code; what it throws stops the guest. */
  guarded(work: () => void): void;
}

/** A plugin in use. */
export interface PluginHandle {
  readonly plugin: Plugin;
  /** Has the plugin write its report. */
  report(output: ReportOutput): void;
}

interface Used extends PluginHandle {
  readonly translate: ((block: PluginBlock) => void)[];
}

/** The plugins of one guest. */
export class PluginHost {
  readonly #ground: PluginGround;
  readonly #used: Used[] = [];
  /** What plugins attached, by the block they were told of. */
  readonly #attached = new Map<number, { readonly address: number; readonly action: Action }[]>();
  #snapshot: ReadonlyMap<number, number> | undefined;

  constructor(ground: PluginGround) {
    this.#ground = ground;
  }

  /** Plugins in use, in the order they were put to use. */
  list(): readonly PluginHandle[] {
    return this.#used;
  }

  /**
   * Puts a plugin to use.
   *
   * @throws {PluginError} If a parameter is unknown or does not fit.
   */
  use<P extends PluginSettings>(plugin: Plugin<P>, texts: Readonly<Record<string, string>>): PluginHandle {
    const translate: Used["translate"] = [];
    const reports: ((output: ReportOutput) => void)[] = [];
    const ground = this.#ground;
    const api: PluginApi<P> = {
      apiVersion: PLUGIN_API_VERSION,
      arch: "x86_64",
      params: readParameters(plugin, texts),
      memory: ground.memory,
      symbolAt: (address) => ground.symbols.at(address),
      imageAt: (address) => ground.symbols.imageAt(address)?.name,
      counter: () => new NativeCounter(() => this.#snapshot ?? ground.coverage.counts()),
      disassemble: (address, size) => this.#decode(address, size),
      onTranslate: (callback) => void translate.push(callback),
      onReport: (callback) => void reports.push(callback),
    };
    plugin.setup(api);
    const used: Used = {
      plugin: plugin as unknown as Plugin,
      translate,
      report: (output) => this.#withSnapshot(() => reports.forEach((report) => report(output))),
    };
    this.#used.push(used);
    for (const { start, size } of ground.machine.ledger.blocks()) this.#tell([used], start, start, size);
    return used;
  }

  /** While a report is written, all counters are read from one set of counts. */
  #withSnapshot(work: () => void): void {
    this.#snapshot = this.#ground.coverage.counts();
    try {
      work();
    } finally {
      this.#snapshot = undefined;
    }
  }

  /** A block is about to run for the first time. */
  translated(key: number, start: number, size: number): void {
    if (this.#used.length > 0) this.#tell(this.#used, key, start, size);
  }

  /** A block's code is no more: what was attached to it goes. */
  retired(key: number): void {
    for (const { address, action } of this.#attached.get(key) ?? []) this.#ground.machine.sites.detach(address, action);
    this.#attached.delete(key);
  }

  #tell(plugins: readonly Used[], key: number, start: number, size: number): void {
    const block = this.#block(key, start, size);
    for (const { translate } of plugins) {
      for (const callback of translate) this.#ground.guarded(() => callback(block));
    }
  }

  #block(key: number, start: number, size: number): PluginBlock {
    const address = BigInt(start);
    const decode = () => this.#decode(address, size, key);
    const { symbols } = this.#ground;
    const attach = (callback: (cpu: GuestContext) => void) => this.#attach(start, callback, key);
    let instructions: PluginInstruction[] | undefined;
    return {
      address,
      size,
      get symbol() {
        return symbols.atNumber(start);
      },
      get instructions() {
        return instructions ??= decode();
      },
      onExecute: attach,
    };
  }

  #decode(address: bigint, size: number, key?: number): PluginInstruction[] {
    const { memory, disassembler } = this.#ground;
    const reach = memory.accessible(Number(address), size, 1);
    return disassembler.decode(memory.view(address, reach), address).map((instruction) =>
      this.#instruction(instruction, key)
    );
  }

  #instruction(instruction: Instruction, key: number | undefined): PluginInstruction {
    const { symbols } = this.#ground;
    const address = Number(instruction.address);
    return {
      ...instruction,
      get symbol() {
        return symbols.atNumber(address);
      },
      count: (counter) => (counter as NativeCounter).add(address),
      onExecute: (callback) => this.#attach(address, callback, key),
    };
  }

  /**
   * Blocks may overlap: an instruction that several of them contain calls back for the one that runs. What was attached
   * outside of any block calls back always.
   */
  #attach(address: number, callback: (cpu: GuestContext) => void, key: number | undefined): void {
    const { machine, context } = this.#ground;
    const action = () => {
      if (key === undefined || machine.currentBlock === key) this.#ground.guarded(() => callback(context));
    };
    machine.sites.attach(address, action);
    if (key === undefined) return;
    const attached = this.#attached.get(key);
    if (attached === undefined) this.#attached.set(key, [{ address, action }]);
    else attached.push({ address, action });
  }
}

/** Sums what the ledger counted at addresses. */
class NativeCounter implements Counter {
  readonly #counts: () => ReadonlyMap<number, number>;
  readonly #addresses = new Set<number>();

  constructor(counts: () => ReadonlyMap<number, number>) {
    this.#counts = counts;
  }

  add(address: number): void {
    this.#addresses.add(address);
  }

  get value(): number {
    const counts = this.#counts();
    let sum = 0;
    for (const address of this.#addresses) sum += counts.get(address) ?? 0;
    return sum;
  }
}

function readParameters<P extends PluginSettings>(
  plugin: Plugin<P>,
  texts: Readonly<Record<string, string>>,
): PluginValues<P> {
  const settings: PluginSettings = plugin.params ?? {};
  for (const name of Object.keys(texts)) {
    if (settings[name] !== undefined) continue;
    const known = Object.keys(settings);
    throw new PluginError(
      plugin.name,
      `it has no parameter ${name}; ${known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`}`,
    );
  }
  const values = Object.entries(settings).map(([name, parameter]) => {
    const text = texts[name];
    return [name, text === undefined ? parameter.default : parse(plugin.name, name, parameter, text)] as const;
  });
  return Object.fromEntries(values) as PluginValues<P>;
}

function parse(plugin: string, name: string, parameter: PluginParameter, text: string): string | number | boolean {
  const value = parsers[parameter.type](text);
  if (value === undefined) throw new PluginError(plugin, `parameter ${name} is ${text}, not a ${parameter.type}`);
  const problem = (parameter.check as ((value: unknown) => string | undefined) | undefined)?.(value);
  if (problem !== undefined) throw new PluginError(plugin, `parameter ${name} is ${text}: ${problem}`);
  return value;
}

const parsers: Readonly<Record<ParameterType, (text: string) => string | number | boolean | undefined>> = {
  string: (text) => text,
  number: (text) => text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined,
  boolean: (text) => text === "true" || text === "on" ? true : text === "false" || text === "off" ? false : undefined,
};

/**
 * What is kept of a machine for those who look into it: symbols, counts, hooks, plugins; and what happens on the machine,
 * told to all of these.
 */

import type { Closures } from "./closures.ts";
import { CodeHooks } from "./code_hooks.ts";
import { GuestContext } from "./context.ts";
import { MachineCounts } from "./counts.ts";
import { Coverage } from "./coverage.ts";
import type { Disassembler } from "./disasm/disassembler.ts";
import { IndirectFunctions } from "./hooks/indirect.ts";
import { CallStack } from "./hooks/intercept.ts";
import { HookRegistry } from "./hooks/registry.ts";
import type { SyscallObserver } from "./linux/observers.ts";
import type { Paths } from "./linux/paths.ts";
import type { LoadedProgram } from "./loader/load_program.ts";
import type { Machine } from "./machine.ts";
import { PluginHost } from "./plugin_host.ts";
import type { PluginGuest } from "./plugin.ts";
import { Image, Symbols } from "./symbols/mod.ts";
import { Translations } from "./translations.ts";

/** The process whose machine it is. */
export interface InstrumentedGuest {
  /** Its program, as it is now: the object stays the same. */
  readonly program: PluginGuest;
  /** Id of the thread whose registers are on the CPU. */
  readonly thread: number;
  /** Has an observer follow its system calls and signals. @returns What ends that. */
  observe(observer: SyscallObserver): () => void;
  /** Ends it. */
  end(status: number): void;
}

/** What instruments need. */
export interface InstrumentsOptions {
  readonly machine: Machine;
  readonly disassembler: Disassembler;
  readonly closures: Closures;
  readonly guest: InstrumentedGuest;
  warn(message: string): void;
}

/** A file that was mapped into a guest. */
interface MappedFile {
  readonly path: string;
  readonly hostPath: string;
  readonly start: number;
  readonly offset: number;
  readonly executable: boolean;
}

/** The instruments at one machine. */
export class Instruments {
  readonly machine: Machine;
  readonly disassembler: Disassembler;
  readonly closures: Closures;
  readonly guest: InstrumentedGuest;
  readonly symbols: Symbols;
  readonly context: GuestContext;
  readonly coverage: Coverage;
  readonly translations = new Translations();
  readonly hooks: HookRegistry;
  readonly codeHooks: CodeHooks;
  readonly calls: CallStack;
  readonly plugins: PluginHost;

  constructor({ machine, disassembler, closures, guest, warn }: InstrumentsOptions) {
    this.machine = machine;
    this.disassembler = disassembler;
    this.closures = closures;
    this.guest = guest;
    const { memory, sites } = machine;
    const { translations } = this;
    const symbols = this.symbols = new Symbols({ onWarning: (warning) => warn(warning.message) });
    this.context = new GuestContext(machine.cpu.registers, memory, symbols, disassembler, {
      get thread() {
        return guest.thread;
      },
      redirect: (pc) => machine.redirect(pc),
      renew: () => machine.requestStop(),
    });
    machine.flow.follow = () => {
      const ends = [
        translations.follow(machine.flow),
        guest.observe({ signalled: () => machine.flow.interrupt() }),
      ];
      return () => ends.forEach((end) => end());
    };
    this.calls = new CallStack(this.context, memory, sites, {
      failed: (error) => closures.fail(error),
      hold: (work) => closures.hold(work),
    });
    const counts = new MachineCounts(machine);
    this.coverage = new Coverage(counts, symbols, memory, disassembler);
    this.hooks = new HookRegistry(symbols, sites, new IndirectFunctions(symbols, memory, this.context, sites));
    const ground = { symbols, disassembler, machine, translations };
    this.codeHooks = new CodeHooks(ground);
    this.plugins = new PluginHost({
      ...ground,
      memory,
      counts,
      observe: (observer) => guest.observe(observer),
      context: this.context,
      guest: guest.program,
      hooks: this.hooks,
      calls: this.calls,
      stop: (why) => closures.stop(why),
      end: (status) => guest.end(status),
      onInstructionCount: (count, ring) => machine.alarms.add(count, ring),
      warn,
    });
  }

  /** A file was mapped. @returns The image that it is, if it is one with code. */
  mapped(mapping: MappedFile): Image | undefined {
    if (!mapping.executable) return undefined;
    const image = imageOf(mapping);
    if (image === undefined) return undefined;
    this.symbols.add(image);
    this.#refresh();
    return image;
  }

  /** A range was unmapped. */
  unmapped(start: number, end: number): void {
    this.symbols.remove({ start: BigInt(start), end: BigInt(end) });
    this.hooks.forget(start, end);
  }

  /** Images of a program that was loaded. */
  addImages(program: LoadedProgram, paths: Paths): Image[] {
    return program.images.map(({ path, elf, base, role }) => {
      const image = new Image({ path, hostPath: paths.toHost(path), elf, base: BigInt(base), role });
      this.symbols.add(image);
      return image;
    });
  }

  /**
   * Another program is there, and nothing of it has run: counts start anew, and hooks by name are found anew.
   *
   * @returns Its images.
   */
  executed(program: LoadedProgram, paths: Paths): Image[] {
    const images = this.addImages(program, paths);
    this.#refresh();
    this.plugins.reset();
    return images;
  }

  #refresh(): void {
    this.closures.guarded(() => this.hooks.refresh());
  }
}

function imageOf(mapping: MappedFile): Image | undefined {
  try {
    return Image.ofMapping({ ...mapping, address: BigInt(mapping.start) });
  } catch (error) {
    // A guest may map any file, executable or not ELF at all; such a one has no symbols.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/**
 * The plugins of a run and their reports: at the program, and, if processes are followed, at each of them.
 *
 * In the names of files `%p` becomes the id of the process, as in other tools.
 */

import { type Emulator, type InstrumentedProcess, PluginError, type PluginHandle } from "../../mod.ts";
import { CommandLineError } from "./errors.ts";
import type { UsedPlugin } from "./guest_options.ts";
import { Output, standardError } from "./output.ts";
import { describeThrown } from "./user_code.ts";

/** Where reports go. */
export interface ReportOptions {
  /** File of the reports; without one, standard error. */
  readonly output: string | undefined;
  /** Whether processes are followed. */
  readonly follows: boolean;
  /** Says what went wrong. */
  tell(message: string): void;
}

/** The plugins at one process. */
interface Used {
  readonly handles: readonly PluginHandle[];
  readonly output: Output;
}

const PROCESS = "%p";

/** What is used of plugins in one run. */
export class ProcessReports {
  readonly #plugins: readonly UsedPlugin[];
  readonly #options: ReportOptions;
  readonly #used = new Map<InstrumentedProcess, Used>();
  #shared: Output | undefined;
  #haveSucceeded = true;

  /** @throws {CommandLineError} If all processes would save to one file. */
  constructor(plugins: readonly UsedPlugin[], options: ReportOptions) {
    this.#plugins = plugins;
    this.#options = options;
    const saved = plugins.find(({ params: { save = PROCESS } }) => !save.includes(PROCESS));
    if (options.follows && saved !== undefined) {
      const { plugin: { name }, params: { save } } = saved;
      throw new CommandLineError(
        `Cannot save the counts of all processes to ${save}: put %p into the name, such as ` +
          `--plugin ${name},save=${save}.%p; it becomes the id of the process`,
      );
    }
  }

  /**
   * Puts the plugins to use.
   *
   * @throws {PluginError} If a parameter is unknown or does not fit.
   * @throws {CommandLineError} If a file cannot be written.
   * @throws {PluginError} If a plugin refuses its parameters.
   */
  begin(emulator: Emulator): void {
    this.#use(emulator);
    if (!this.#options.follows || this.#plugins.length === 0) return;
    emulator.on("process", ({ what, instruments, path }) => {
      if (instruments === undefined) return;
      if (what === "ends") this.#report(instruments, path);
      else if (!this.#used.has(instruments)) this.#use(instruments);
    });
  }

  #use(process: InstrumentedProcess): void {
    const output = this.#output(process.pid);
    const handles = this.#plugins.map(({ plugin, params }) => {
      const own = Object.entries(params).map(([name, text]) => [name, text.replaceAll(PROCESS, String(process.pid))]);
      return process.use(plugin, Object.fromEntries(own), { output });
    });
    this.#used.set(process, { handles, output });
  }

  #output(pid: number): Output {
    const { output } = this.#options;
    if (output === undefined) return standardError;
    if (output.includes(PROCESS)) return Output.file(output.replaceAll(PROCESS, String(pid)));
    return this.#shared ??= Output.file(output);
  }

  /** Writes the reports of the program, and of processes that have not ended. @returns Whether all could be written. */
  end(emulator: Emulator): boolean {
    for (const process of this.#used.keys()) if (process !== emulator) this.#report(process);
    this.#report(emulator);
    return this.#haveSucceeded;
  }

  #report(process: InstrumentedProcess, path?: string): void {
    const used = this.#used.get(process);
    if (used === undefined) return;
    this.#used.delete(process);
    const isShared = this.#options.output === undefined || this.#shared !== undefined;
    if (this.#options.follows && isShared && used.handles.length > 0) {
      used.output.line(`== process ${process.pid}${path === undefined ? "" : `, ${path}`} ==`);
    }
    for (const handle of used.handles) this.#write(handle, used.output);
  }

  #write(handle: PluginHandle, output: Output): void {
    try {
      handle.report(output);
    } catch (error) {
      const problem = error instanceof PluginError ? error.message : describeThrown(error);
      this.#options.tell(`the report of plugin ${handle.plugin.name} failed: ${problem}`);
      this.#haveSucceeded = false;
    }
    output.flush();
  }
}

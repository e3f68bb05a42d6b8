/**
 * The scripts of a guest: files of TypeScript that attach to it, and that can be loaded again while it runs.
 *
 * A script is a module. What it attaches when it is imported is its own, and so is what its default export attaches,
 * which is called with the emulator. At the prompt, a file that exports nothing and does not import the library is run
 * like what is typed there. Leaves
 * out what the file imports: that is imported once.
 */

import { basename, resolve } from "node:path";
import { type Emulator, Owner } from "../../mod.ts";
import { CommandLineError, STATUS } from "../cli/errors.ts";
import { importUserModule } from "../cli/find_plugin.ts";
import { describeThrown } from "../cli/user_code.ts";
import { watchFiles } from "./watch_files.ts";

/** Runs the text of a file that is no module. @throws What it throws. */
export type RunText = (text: string, path: string) => Promise<void>;

/** A script that is loaded. */
export interface Script {
  /** Its absolute path. */
  readonly path: string;
  /** What it attached. */
  readonly owner: Owner;
  /** Whether it is a module, which is called for each new guest. */
  readonly isModule: boolean;
}

/** Scripts by path, in the order they were loaded. */
export class Scripts implements Disposable {
  readonly #emulator: () => Emulator;
  readonly #runText: RunText | undefined;
  readonly #scripts = new Map<string, Script>();
  /** How often each file was imported: the runtime keeps what has the same address. */
  readonly #imports = new Map<string, number>();

  /**
   * @param emulator The guest at hand.
   * @param runText Runs a file that exports nothing; without it, each file is a module.
   */
  constructor(emulator: () => Emulator, runText?: RunText) {
    this.#emulator = emulator;
    this.#runText = runText;
  }

  /** Scripts that are loaded. */
  list(): readonly Script[] {
    return [...this.#scripts.values()];
  }

  /**
   * Loads a script; if it is loaded already, what it attached goes first. One that fails leaves nothing attached.
   *
   * @throws {CommandLineError} If the file is missing, is no script, or throws; the message has the user's own line.
   */
  async load(path: string): Promise<void> {
    const full = resolve(path);
    this.unload(full);
    const owner = new Owner();
    const isModule = this.#runText === undefined || isModuleText(readText(path, full));
    this.#scripts.set(full, { path: full, owner, isModule });
    try {
      await owner.run(() => isModule ? this.#import(path, full, owner) : this.#runText?.(readText(path, full), full));
    } catch (error) {
      this.unload(full);
      throw error;
    }
  }

  async #import(path: string, full: string, owner: Owner): Promise<void> {
    const count = this.#imports.get(full) ?? 0;
    this.#imports.set(full, count + 1);
    const { default: main } = await importUserModule(`run script ${path}`, full, count === 0 ? "" : `?${count}`);
    if (typeof main === "function") return await callScript(path, () => main(this.#emulator()));
    if (main === undefined && owner.size > 0) return;
    throw new CommandLineError(
      `Cannot run script ${path}: it does not export a function as its default; ` +
        "write export default (emulator: Emulator) => { ... }",
    );
  }

  /** Detaches what a script attached, and forgets it. @returns Whether it was loaded. */
  unload(path: string): boolean {
    const script = this.#scripts.get(resolve(path));
    script?.owner[Symbol.dispose]();
    return this.#scripts.delete(resolve(path));
  }

  /** Loads the modules again, for a guest that is new. @throws {CommandLineError} As {@linkcode load}. */
  async reattach(): Promise<void> {
    for (const { path, isModule } of this.list()) if (isModule) await this.load(path);
  }

  /**
   * Loads scripts again when their files change, until it is disposed of. One that fails is loaded again at its next
   * change; the guest goes on without it.
   *
   * @param paths Files to watch.
   * @param tell Told what was loaded, or what is wrong.
   */
  watch(paths: readonly string[], tell: (message: string) => void, fail: (error: unknown) => void): Disposable {
    return watchFiles(paths.map((path) => resolve(path)), async (path) => {
      try {
        await this.load(path);
        tell(`${basename(path)} was loaded again`);
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Unloads all. */
  [Symbol.dispose](): void {
    for (const { path } of this.list()) this.unload(path);
  }
}

/** Calls a script's function. @throws {CommandLineError} If it throws; the message has the user's own line. */
async function callScript(path: string, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new CommandLineError(`Script ${path} failed: ${describeThrown(error)}`, STATUS.failed);
  }
}

/** Whether a text exports something, or imports the library. */
function isModuleText(text: string): boolean {
  return /^(?:export\b|import\b[^;]*?from\s*["']ceratops["'])/m.test(text);
}

function readText(path: string, full: string): string {
  try {
    return Deno.readTextFileSync(full);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandLineError(`Cannot read ${path}: ${error.message}`);
  }
}

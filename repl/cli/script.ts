/**
 * `--script FILE.ts`: a module whose default export gets the emulator before the guest runs.
 *
 * It attaches what it likes, and may run the guest itself; what is left to run is run afterwards.
 */

import { resolve } from "node:path";
import type { Emulator } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import { importUserModule } from "./find_plugin.ts";
import { describeThrown } from "./user_code.ts";

/** What a script exports. */
export type Script = (emulator: Emulator) => void | Promise<void>;

/**
 * Imports a script.
 *
 * @throws {CommandLineError} If the file is missing or cannot be imported, or does not export a function.
 */
export async function importScript(path: string): Promise<Script> {
  const module = await importUserModule(`run script ${path}`, resolve(path));
  if (typeof module.default === "function") return module.default as Script;
  throw new CommandLineError(
    `Cannot run script ${path}: it does not export a function as its default; ` +
      "write export default (emulator: Emulator) => { ... }",
  );
}

/**
 * Calls a script.
 *
 * @throws {CommandLineError} If it throws; the message has the user's own line.
 */
export async function callScript(path: string, script: Script, emulator: Emulator): Promise<void> {
  try {
    await script(emulator);
  } catch (error) {
    throw new CommandLineError(`Script ${path} failed: ${describeThrown(error)}`, STATUS.failed);
  }
}

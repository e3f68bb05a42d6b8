/** `ceratops repl`: from the command line to the prompt. */

import { moveSources } from "../session/source_text.ts";
import { emulatorOptions, type GuestFlags, usedPlugins } from "./guest_options.ts";

/** Options of `ceratops repl`. */
export interface ReplFlags extends GuestFlags {
  readonly init: boolean;
  readonly record?: string | undefined;
  readonly session?: string | undefined;
  readonly sourcePath: readonly string[];
}

/**
 * Starts the prompt.
 *
 * @returns The exit status.
 * @throws {CommandLineError} If the program cannot be run as asked.
 */
export async function startRepl(program: string, args: readonly string[], flags: ReplFlags): Promise<number> {
  const { repl } = await import("../prompt/repl.ts");
  moveSources(flags.sourcePath);
  return await repl({
    emulatorOptions: await emulatorOptions(program, args, flags),
    plugins: await usedPlugins(flags.plugin),
    scripts: flags.script,
    watch: flags.watch ?? false,
    init: flags.init,
    ...(flags.record === undefined ? {} : { record: flags.record }),
    ...(flags.session === undefined ? {} : { session: flags.session }),
  });
}

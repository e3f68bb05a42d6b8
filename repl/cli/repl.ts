/** `ceratops repl`: from the command line to the prompt. */

import { emulatorOptions, type GuestFlags, usedPlugins } from "./guest_options.ts";

/**
 * Starts the prompt.
 *
 * @returns The exit status.
 * @throws {CommandLineError} If the program cannot be run as asked.
 */
export async function startRepl(program: string, args: readonly string[], flags: GuestFlags): Promise<number> {
  const { repl } = await import("../prompt/repl.ts");
  return await repl({
    emulatorOptions: emulatorOptions(program, args, flags),
    plugins: await usedPlugins(flags.plugin),
  });
}

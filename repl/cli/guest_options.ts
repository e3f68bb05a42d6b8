/** What `run` and `repl` have in common: from the options of the command line to those of an emulator and its plugins. */

import { resolve } from "node:path";
import type { EmulatorOptions, Plugin } from "../../mod.ts";
import { CommandLineError } from "./errors.ts";
import { findPlugin } from "./find_plugin.ts";
import { findProgram } from "./find_program.ts";
import type { PluginRequest } from "./options.ts";
import { ask, canAsk } from "./ask.ts";
import { type PermissionFlags, permissionOptions } from "./permissions.ts";

/** Options that say what runs and where. */
export interface GuestFlags extends PermissionFlags {
  readonly plugin: readonly PluginRequest[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly sysroot?: string | undefined;
  readonly script: readonly string[];
  readonly watch?: true | undefined;
  readonly follow?: true | undefined;
  readonly deterministic?: true | undefined;
  readonly seed?: number | undefined;
}

/** A plugin with the texts of its parameters. */
export interface UsedPlugin {
  readonly plugin: Plugin;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Works out what to run. Relative paths start from the caller's working directory, whatever `--cwd` says.
 *
 * @throws {CommandLineError} If the program or a directory is missing.
 */
export async function emulatorOptions(
  program: string,
  args: readonly string[],
  flags: GuestFlags,
): Promise<EmulatorOptions> {
  const cwd = Deno.cwd();
  if (flags.watch && flags.script.length === 0) {
    throw new CommandLineError("Cannot watch: --watch is about scripts; name one with --script");
  }
  const env = { ...Deno.env.toObject(), ...flags.env };
  const sysroot = directory("sysroot", flags.sysroot);
  const rooted = sysroot === undefined ? {} : { sysroot };
  return {
    program: findProgram(program, { path: env.PATH, cwd, ...rooted }),
    name: program,
    args,
    ...(Object.keys(flags.env).length === 0 ? {} : { env }),
    // Under a system root, directories are the guest's, and the host's need not exist there.
    cwd: sysroot === undefined ? directory("cwd", flags.cwd) ?? cwd : flags.cwd ?? "/",
    ...rooted,
    ...deterministic(flags),
    ...(flags.follow === undefined ? {} : { follow: true }),
    permissions: {
      ...await permissionOptions(flags, sysroot !== undefined),
      ...(canAsk() ? { ask } : {}),
    },
  };
}

function deterministic({ deterministic, seed }: GuestFlags): Pick<EmulatorOptions, "deterministic"> {
  if (seed !== undefined) return { deterministic: { seed } };
  return deterministic === undefined ? {} : { deterministic };
}

function directory(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const absolute = resolve(path);
  try {
    if (Deno.statSync(absolute).isDirectory) return absolute;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandLineError(`Cannot use --${option} ${path}: ${error.message}`);
  }
  throw new CommandLineError(`Cannot use --${option} ${path}: it is not a directory`);
}

/** Imports the plugins that were asked for, in their order. */
export async function usedPlugins(requests: readonly PluginRequest[]): Promise<readonly UsedPlugin[]> {
  const used: UsedPlugin[] = [];
  for (const { name, params } of requests) used.push({ plugin: await findPlugin(name), params });
  return used;
}

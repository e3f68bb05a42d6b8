/** Finds plugins: by name in the folder plugins/, or by the path of a file. Leaves out their parameters. */

import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Plugin, suggest } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import { describeThrown } from "./user_code.ts";

const FOLDER = fileURLToPath(new URL("../../plugins", import.meta.url));

/** Names of the plugins that come with Ceratops, in order. */
export function pluginNames(): readonly string[] {
  return [...Deno.readDirSync(FOLDER)]
    .filter(({ name, isFile }) => isFile && /^[a-z]\w*\.ts$/.test(name))
    .map(({ name }) => name.slice(0, -".ts".length).replaceAll("_", "-"))
    .sort();
}

/**
 * Imports a plugin.
 *
 * @param name A plugin's name, or the path of a file: anything with a slash or an extension.
 * @throws {CommandLineError} If there is none, or it is not a plugin.
 */
export async function findPlugin(name: string, cwd = Deno.cwd()): Promise<Plugin> {
  if (/\/|\.[cm]?[jt]s$/.test(name)) return await importPlugin(name, resolve(cwd, name));
  const names = pluginNames();
  const known = names.find((each) => each === name.replaceAll("_", "-"));
  if (known !== undefined) return await importPlugin(known, `${FOLDER}/${known.replaceAll("-", "_")}.ts`);
  const [near] = suggest(name, names);
  const advice = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
  throw new CommandLineError(`Cannot use plugin ${name}: there is no such plugin; ${advice}`);
}

async function importPlugin(name: string, path: string): Promise<Plugin> {
  const { default: plugin } = await importUserModule(`use plugin ${name}`, path);
  if (isPlugin(plugin)) return plugin;
  throw new CommandLineError(
    `Cannot use plugin ${name}: it does not export a plugin as its default; write export default definePlugin({ ... })`,
  );
}

/**
 * Imports a module that a user wrote.
 *
 * @param what What could not be done if it fails: `run script x.ts`.
 * @param query Makes the runtime import anew what it has imported already.
 * @throws {CommandLineError} If the file is missing or cannot be imported, or its code throws; with the user's own line.
 */
export async function importUserModule(
  what: string,
  path: string,
  query = "",
): Promise<Readonly<Record<string, unknown>>> {
  try {
    if (!Deno.statSync(path).isFile) throw new CommandLineError(`Cannot ${what}: ${path} is not a file`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    throw new CommandLineError(`Cannot ${what}: there is no file ${path}`);
  }
  try {
    return await import(pathToFileURL(path).href + query);
  } catch (error) {
    throw new CommandLineError(`Cannot ${what}: ${describeThrown(error)}`, STATUS.failed);
  }
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== "object" || value === null) return false;
  const { name, setup } = value as Partial<Record<keyof Plugin, unknown>>;
  return typeof name === "string" && typeof setup === "function";
}

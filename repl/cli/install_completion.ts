/**
 * `ceratops complete SHELL --install`: writes the completion script where the shell finds it. bash and zsh need a line in
 * their startup file, which is added once. Leaves out PowerShell, whose profile only it can name.
 */

import { dirname, join } from "node:path";
import { CommandLineError, STATUS } from "./errors.ts";
import type { SHELLS } from "./complete.ts";

/** zsh completes nothing until its startup file says so, which a new one does not. */
const ZSH_BEGIN = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }\n";

/** What the environment says. */
type Variables = Pick<Deno.Env, "get">;

/** Where things go. */
interface Places {
  readonly script: string;
  /** The shell's startup file, if it needs a line there. */
  readonly startup?: string;
}

/**
 * Does it.
 *
 * @param script The completion script.
 * @returns What was done, a line each.
 * @throws {CommandLineError} If there is no home, or a file cannot be written.
 */
export function installCompletion(shell: (typeof SHELLS)[number], script: string, variables: Variables): string[] {
  const places = placesOf(shell, variables);
  try {
    Deno.mkdirSync(dirname(places.script), { recursive: true });
    Deno.writeTextFileSync(places.script, shell === "zsh" ? ZSH_BEGIN + script : script);
    const done = [`Wrote ${places.script}`];
    if (places.startup !== undefined) done.push(addLine(places.startup, places.script));
    return [...done, `It works in each ${shell} that is started from now on`];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandLineError(`Cannot install the completion: ${error.message}`, STATUS.failed);
  }
}

function placesOf(shell: (typeof SHELLS)[number], variables: Variables): Places {
  if (shell === "powershell") {
    throw new CommandLineError(
      "Cannot install for PowerShell: in it, type ceratops complete powershell >> $PROFILE",
    );
  }
  const home = variables.get("HOME");
  if (!home) throw new CommandLineError("Cannot install the completion: HOME is not set");
  const config = variables.get("XDG_CONFIG_HOME")?.startsWith("/")
    ? variables.get("XDG_CONFIG_HOME") as string
    : join(home, ".config");
  // What is in fish/completions is read for commands of the PATH only, not for ./ceratops.
  if (shell === "fish") return { script: join(config, "fish/conf.d/ceratops.fish") };
  const startup = shell === "bash" ? join(home, ".bashrc") : join(variables.get("ZDOTDIR") || home, ".zshrc");
  return { script: join(config, `ceratops/completion.${shell}`), startup };
}

/** Has a startup file read the script, unless it does. */
function addLine(startup: string, script: string): string {
  const path = `'${script.replaceAll("'", `'\\''`)}'`;
  const line = `[ ! -r ${path} ] || . ${path}`;
  const before = readIfAny(startup);
  if (before.split("\n").includes(line)) return `${startup} reads it already`;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  Deno.writeTextFileSync(startup, `${gap}${line}\n`, { append: true });
  return `Added a line to ${startup} that reads it`;
}

function readIfAny(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * `ceratops complete`: prints a shell's completion script, and answers what such a script asks.
 *
 * Candidates come from `@bomb.sh/tab`, as do the scripts for zsh, fish and PowerShell. Its script for bash needs the
 * package bash-completion and evaluates the words on the line, so bash gets one from here. Where a file fits, the shell
 * completes it.
 */

import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { type Complete, RootCommand } from "@bomb.sh/tab";
import { fileURLToPath } from "node:url";
import { LESSONS } from "../learn/lessons/mod.ts";
import { pluginNames } from "./find_plugin.ts";
import type { Output } from "./output.ts";

const LAUNCHER = fileURLToPath(new URL("../../ceratops", import.meta.url));
/** Commands that take a program as their first argument. */
const WITH_PROGRAM = ["run", "repl", "disasm", "symbols"];
/** Options whose value is a file. */
const FILES = ["--script", "--record", "--output", "--cwd", "--sysroot"];

/** Shells that there are scripts for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

function bashScript(launcher: string): string {
  return `# Completion of ceratops for bash: source <(ceratops complete bash)
_ceratops() {
  local word out IFS=$'\\n'
  COMPREPLY=()
  out=$(${launcher} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  for word in $out; do
    word=\${word%%$'\\t'*}
    [[ $word == :* || $word != "\${COMP_WORDS[COMP_CWORD]}"* ]] || COMPREPLY+=("$word")
  done
}
complete -o default -F _ceratops ceratops
`;
}

/** Prints the script for a shell. */
export function printScript(output: Output, shell: (typeof SHELLS)[number]): void {
  const launcher = `'${LAUNCHER.replaceAll("'", `'\\''`)}'`;
  if (shell === "bash") output.write(bashScript(launcher));
  else new RootCommand().setup("ceratops", launcher, shell);
}

/** Writes the script for a shell where it is found; says what was done. */
export async function installScript(output: Output, shell: (typeof SHELLS)[number]): Promise<void> {
  const { installCompletion } = await import("./install_completion.ts");
  const { stdout } = await new Deno.Command(LAUNCHER, { args: ["complete", shell] }).output();
  for (const line of installCompletion(shell, new TextDecoder().decode(stdout), Deno.env)) output.line(line);
}

/**
 * Prints what may follow the words of a command line, and `:0` where a file may.
 *
 * @param typed The words; the last one is being typed. bash makes a word of the `=` in `--plugin=name`.
 */
export function printCandidates(output: Output, program: CommandUnknownOpts, typed: readonly string[]): void {
  const words = typed.filter((word) => word !== "=");
  if (takesFile(program, words)) output.write(":0\n");
  else describe(program).parse(words);
}

/** Whether the last word is a program, an argument of one, or a file that an option takes. */
function takesFile(program: CommandUnknownOpts, words: readonly string[]): boolean {
  const command = program.commands.find((each) => each.name() === words[0]);
  if (command === undefined || words.length < 2 || !WITH_PROGRAM.includes(command.name())) return false;
  const takesValue = (word: string) => command.options.find(({ long }) => long === word)?.required;
  const before = words.slice(1, -1);
  for (let index = 0; index < before.length; index++) {
    if (!before[index].startsWith("-")) return true;
    if (takesValue(before[index]) && ++index === before.length) return FILES.includes(before[index - 1]);
  }
  return !words[words.length - 1].startsWith("-");
}

/** The command line as tab knows it, with the values that options and arguments take. */
function describe(program: CommandUnknownOpts): RootCommand {
  const names = (complete: Complete) => pluginNames().forEach((name) => complete(name, ""));
  const root = new RootCommand();
  for (const option of program.createHelp().visibleOptions(program)) root.option(nameOf(option), option.description);
  for (const command of program.createHelp().visibleCommands(program)) {
    const described = root.command(command.name(), command.description());
    for (const option of command.createHelp().visibleOptions(command)) {
      const values = option.long === "--plugin" ? names : option.required ? () => {} : undefined;
      if (values === undefined) described.option(nameOf(option), option.description);
      else described.option(nameOf(option), option.description, values);
    }
    if (command.name() === "plugins") described.argument("name", names);
    if (command.name() === "learn") {
      described.argument("lesson", (complete) => LESSONS.forEach(({ name, title }) => complete(name, title)));
    }
    if (command.name() === "complete") {
      described.argument("shell", (complete) => SHELLS.forEach((s) => complete(s, "")));
    }
  }
  return root;
}

const nameOf = ({ long, short }: Option) => (long ?? short ?? "").replace(/^-+/, "");

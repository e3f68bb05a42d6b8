/**
 * Writes docs/ceratops.1 from the definitions of the commands: `deno task man`. See man(7) for the macros.
 *
 * Leaves out what the documents tell at length: the prompt's own commands, the plugins, the library.
 */

import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import config from "../deno.json" with { type: "json" };
import { buildProgram } from "../repl/cli/program.ts";

const PAGE = new URL("ceratops.1", import.meta.url);
const WIDTH = 78;
/** Of the text below and of the options; to be changed with them. */
const DATE = "2026-11-25";

/** A term and what it means. */
type Entry = readonly [term: string, text: string];

const STATUSES: readonly Entry[] = [
  ["0", "The program ended with status 0, or the command did what it was asked for."],
  [
    "1",
    "A script, a plugin or a closure failed; or the program ended with status 1, as any status of its own is passed on.",
  ],
  ["2", "The command line is wrong."],
  ["126, 127", "The program cannot be executed; it was not found."],
  ["128+n", "Signal n ended the program."],
];
const VARIABLES: readonly Entry[] = [
  ["CERATOPS_DENO", "The Deno to use, 2.9 or newer."],
  ["CERATOPS_UNICORN, CERATOPS_CAPSTONE", "The libraries to use."],
  ["NO_COLOR", "If it is set to anything, there are no colours."],
];
const FILES: readonly Entry[] = [
  ["$XDG_CACHE_HOME/ceratops, ~/.cache/ceratops", "What was fetched at the first start."],
  ["$XDG_CONFIG_HOME/ceratops/init.ts, ~/.config/ceratops/init.ts", "A script that the prompt runs first."],
  [
    "$XDG_STATE_HOME/ceratops, ~/.local/state/ceratops",
    "The prompt's history, the progress and transcripts of lessons.",
  ],
];
const EXAMPLES: readonly Entry[] = [
  ["ceratops repl /bin/ls \\-l", "Explore a program at the prompt."],
  ["ceratops run \\-\\-plugin coverage\\-tiny,within=main ./program", "Count the instructions of a function."],
  [
    "ceratops run \\-\\-plugin coverage,by=line,output=lines.txt ./program",
    "List the source with the counts of its lines.",
  ],
  [
    "ceratops run \\-\\-script mine.ts \\-\\-allow\\-write=/tmp ./program",
    "Attach a script to a program that may write below /tmp.",
  ],
];

/** The text of the page. */
export function manPage(): string {
  const program = buildProgram(() => {});
  return [
    `.\\" Written by deno task man, from the definitions of the commands`,
    `.TH CERATOPS 1 "${DATE}" "Ceratops ${config.version}" "User Commands"`,
    ".SH NAME",
    "ceratops \\- run a Linux program with TypeScript attached",
    ".SH SYNOPSIS",
    ".B ceratops",
    ".I command",
    ".RI [ options ]",
    ".SH DESCRIPTION",
    "Ceratops runs a Linux program and lets you attach TypeScript to it while it runs: to functions, addresses, blocks of",
    "code, memory and system calls.",
    "It counts every instruction that the program executes, and shows the counts at any moment.",
    "The program needs no source, no recompilation and no root.",
    ".PP",
    "Options of Ceratops stand before the program's name; all that follows it is the program's own.",
    ".SH COMMANDS",
    ...program.commands.flatMap((command) => sections(command, "ceratops")),
    `.SS ceratops test \\fR[\\fIargument\\fR...]\\fR`,
    "Run the test suite, or `deno test` with these arguments.",
    ".SH OPTIONS",
    ...options(program),
    ".TP",
    ".B \\-h, \\-\\-help",
    "Show help; each command has it, too.",
    ...list("EXIT STATUS", STATUSES),
    ...list("ENVIRONMENT", VARIABLES),
    ...list("FILES", FILES),
    ".SH EXAMPLES",
    ...EXAMPLES.flatMap(([term, text]) => [".TP", `.B ${term}`, prose(text)]),
    ".SH SEE ALSO",
    ".BR gdb (1),",
    ".BR strace (1),",
    ".BR valgrind (1)",
    ".PP",
    "The documents in the folder docs tell of the prompt, hooks, scripts and plugins; README.md lists them.",
    "",
  ].flatMap(wrapped).join("\n");
}

/** Lines of text of the width that roff's users like. */
function wrapped(line: string): string[] {
  if (line.startsWith(".")) return [line];
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== "" && last.length + 1 + word.length > WIDTH && !/^[.']/.test(word)) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/** A command, or the commands below it. */
function sections(command: CommandUnknownOpts, before: string): string[] {
  const name = `${before} ${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((each) => sections(each, name));
  const words = command.registeredArguments.map((argument) => {
    const word = `\\fI${term(argument.name())}\\fR${argument.variadic ? "..." : ""}`;
    return argument.required ? word : `[${word}]`;
  });
  return [
    `.SS ${[term(name), "\\fR[options]\\fR", ...words].join(" ")}`,
    `${prose(command.description())}.`,
    ...command.registeredArguments.flatMap((argument) => [
      ".TP",
      `.I ${term(argument.name())}`,
      `${prose(argument.description)}${choicesOf(argument.argChoices)}.`,
    ]),
    ...options(command),
  ];
}

function options(command: CommandUnknownOpts): string[] {
  return command.options.flatMap(({ flags, description, argChoices, defaultValue }) => [
    ".TP",
    `.B ${term(flags)}`,
    `${prose(description)}${choicesOf(argChoices, defaultValue)}.`,
  ]);
}

function choicesOf(choices: readonly string[] | undefined, byDefault?: unknown): string {
  if (choices === undefined) return "";
  return `: ${prose(choices.join(", "))}${typeof byDefault === "string" ? `; by default ${byDefault}` : ""}`;
}

function list(title: string, entries: readonly Entry[]): string[] {
  return [`.SH ${title}`, ...entries.flatMap(([name, text]) => [".TP", `.B ${term(name)}`, prose(text)])];
}

/** Text as it is: no character of roff's. */
function prose(text: string): string {
  return text.replaceAll("\\", "\\e").replace(/^(?=[.'])/gm, "\\&").replace(
    /(?<!\w)-|-(?!\w)|--/g,
    (dashes) => dashes.replaceAll("-", "\\-"),
  );
}

/** What is typed as it is: hyphens are minus signs. */
function term(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
}

if (import.meta.main) await Deno.writeTextFile(PAGE, manPage());

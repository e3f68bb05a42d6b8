/**
 * The command line: which commands there are and what options each takes. What a command does is imported when it runs.
 *
 * Leaves out the launcher's own: `ceratops test` and `ceratops deno`.
 */

import { Argument, Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import config from "../../deno.json" with { type: "json" };
import { CommandLineError, STATUS } from "./errors.ts";
import { hostProblem } from "./host.ts";
import { standardOutput } from "./output.ts";
import {
  addMapping,
  addPlugin,
  addText,
  addVariable,
  type PluginRequest,
  readCount,
  readPercentage,
  readSeed,
} from "./options.ts";
import { addDenied, addList, GuestCommand } from "./permissions.ts";

const NO_TEXTS: readonly string[] = [];
const WITHOUT_PLUGINS: readonly PluginRequest[] = [];
/** As `SOURCE_FORMATS` of the library, which is not imported here: that takes time. */
const REPORT_FORMATS = ["lcov", "cobertura", "llvm", "coveralls", "html", "json"] as const;
const WITHOUT_VARIABLES: Readonly<Record<string, string>> = {};

/** A command that runs a program: options after the program's name are the guest's. */
function guestCommand(name: string) {
  return new GuestCommand(name)
    .passThroughOptions()
    .usage("[options] <program> [args...]")
    .argument("<program>", "The program; one without a slash is searched in the PATH")
    .argument("[args...]", "Its arguments, options included")
    .option("--plugin <name[,key=value...]>", "Use a plugin, by name or file; repeatable", addPlugin, WITHOUT_PLUGINS)
    .option(
      "--env <name=value>",
      "Set a variable of the program's environment; repeatable",
      addVariable,
      WITHOUT_VARIABLES,
    )
    .option("--script <file.ts>", "Have a file attach to the program before it runs; repeatable", addText, NO_TEXTS)
    .option("--watch", "Load scripts again when their files change")
    .option("--cwd <folder>", "The program's working directory")
    .option("--sysroot <folder>", "The folder that the program sees as /")
    .option("--follow", "Count the processes that it begins too, each with plugins of its own")
    .option("--deterministic", "Give the program the same time, random numbers and process id in every run")
    .option("--seed <number>", "The same with other random numbers", readSeed)
    .option("-A, --allow-all", "Let the program write files, use the network and run programs")
    .option("--allow-write [=paths]", "Let it write files; or only below these, with commas", addList)
    .option("--allow-net [=addresses]", "Let it use the network; or only these hosts, as host:port too", addList)
    .option("--allow-run [=programs]", "Let it run programs; or only these", addList)
    .option("--deny-read <paths>", "Hide files, and what is below them", addDenied);
}

/** `ceratops coverage`: what to do with saved counts. */
function coverageCommand(finish: (status: number) => void): CommandUnknownOpts {
  const coverage = new Command("coverage").description("Add up, compare and report saved coverage");
  coverage.command("merge")
    .description("Add runs up")
    .argument("<files...>", "Files written with --plugin coverage,save=FILE")
    .requiredOption("-o, --output <file>", "Write the sum to a file")
    .action(async (files, { output }) => (await import("./coverage.ts")).mergeCoverage(standardOutput, files, output));
  coverage.command("diff")
    .description("Compare two runs: lines that ran in one of them only")
    .argument("<a>", "A file or expression")
    .argument("<b>", "Another")
    .option("--lines", "List the lines, not only how many there are")
    .option("--include <glob>", "Only these sources; repeatable", addText, NO_TEXTS)
    .option("--exclude <glob>", "Not these sources; repeatable", addText, NO_TEXTS)
    .option("--map <from=to>", "A folder of sources is elsewhere now; repeatable", addMapping, NO_TEXTS)
    .option("--all", "Also sources of the system and its libraries")
    .action(async (a, b, flags) => (await import("./coverage.ts")).diffCoverage(standardOutput, a, b, flags));
  coverage.command("show")
    .description("Show the symbols that ran")
    .argument("<expression>", "A file, or files with operators: 'A & B', 'A | B', 'A - B', with parentheses")
    .option("-o, --output <file>", "Write the counts to a file instead, as a run does")
    .action(async (text, flags) => (await import("./coverage.ts")).showCoverage(standardOutput, text, flags));
  coverage.command("report")
    .description("Report the sources that ran")
    .argument("<expression>", "A file, or files with operators, as for show")
    .addOption(
      new Option("--format <format>", "Format of the report").choices(["text", ...REPORT_FORMATS])
        .default("text"),
    )
    .addOption(
      new Option("--by <what>", "What the text lists").choices(["line", "function", "branch", "file"])
        .default("line"),
    )
    .option("-o, --output <file>", "Write to a file instead of standard output")
    .option("--include <glob>", "Only these sources; repeatable", addText, NO_TEXTS)
    .option("--exclude <glob>", "Not these sources; repeatable", addText, NO_TEXTS)
    .option("--map <from=to>", "A folder of sources is elsewhere now; repeatable", addMapping, NO_TEXTS)
    .option("--all", "Also sources of the system and its libraries")
    .option("--fail-under <percent>", "End with status 1 if less of the lines ran", readPercentage)
    .action(async (text, flags) => finish((await import("./coverage.ts")).reportCoverage(standardOutput, text, flags)));
  return coverage;
}

/** Below the commands: what to begin with. */
const HELP_END = `
Begin with:
  ceratops learn                                  Lessons, from the first instruction on
  ceratops repl /bin/ls                           The prompt; \`help\` says what can be typed
  ceratops run --plugin coverage-tiny /bin/true   Counts of all instructions that ran

ceratops test runs the test suite, ceratops deno the Deno that is used.
man -l docs/ceratops.1 shows the manual page.`;

/** What an option does, and what it may be set to. */
function optionDescription({ description, argChoices, defaultValue }: Option): string {
  return argChoices === undefined
    ? description
    : `${description}: ${argChoices.join(", ")}; by default ${defaultValue}`;
}

/**
 * Builds the command line.
 *
 * @param finish Told the exit status of the command that ran.
 */
export function buildProgram(finish: (status: number) => void): CommandUnknownOpts {
  const program = new Command("ceratops")
    .description("A scriptable instrumentation REPL for Linux programs")
    .version(config.version, "-V, --version", "Show the version")
    .helpOption("-h, --help", "Show help")
    .helpCommand("help [command]", "Show help for a command")
    .addHelpText("after", HELP_END)
    .configureHelp({ optionDescription })
    .enablePositionalOptions()
    .hook("preAction", () => {
      const problem = hostProblem(Deno.build);
      if (problem !== undefined) throw new CommandLineError(problem, STATUS.failed);
    });
  const add = (command: CommandUnknownOpts) => program.addCommand(command.copyInheritedSettings(program));

  add(
    guestCommand("run")
      .description("Run a program to its end, with plugins or a script")
      .addHelpText(
        "after",
        "\n`ceratops plugins` lists the plugins. Example: ceratops run --plugin coverage-tiny,within=main ./program",
      )
      .option("--output <file>", "Write the plugins' reports to a file instead of standard error")
      .option("--strace", "Show system calls on standard error")
      .option("--stats", "Show on standard error what the run took")
      .action(async (path, args, flags) => finish(await (await import("./run.ts")).run(path, args, flags))),
  );
  add(
    guestCommand("repl")
      .description("Explore a program at an interactive prompt")
      .option("--no-init", "Do not run the init file")
      .option("--record <file>", "Keep what is typed and printed in a file")
      .option("--session <file>", "Start from a file of `session save`, if it exists, and save to it at the end")
      .option("--source-path <from=to>", "Look for sources below FROM in TO; repeatable", addMapping, NO_TEXTS)
      .action(async (path, args, flags) => finish(await (await import("./repl.ts")).startRepl(path, args, flags))),
  );
  add(
    new Command("disasm")
      .description("Disassemble code of a program, without running it")
      .argument("<program>", "The program")
      .argument("[location]", "A symbol, symbol+0x10, or an address; by default main, or the entry")
      .argument("[count]", "Instructions to show; by default the symbol's", readCount)
      .option("--bytes", "Show the bytes of each instruction")
      .action(async (path, location, count, { bytes }) =>
        (await import("./inspect.ts")).disassemble(standardOutput, path, location, { count, bytes })
      ),
  );
  add(
    new Command("symbols")
      .description("List the symbols of a program")
      .argument("<program>", "The program")
      .argument("[pattern]", "Names to list, as in a shell: 'str*'")
      .action(async (path, pattern) => (await import("./inspect.ts")).listSymbols(standardOutput, path, pattern)),
  );
  add(
    new Command("plugins")
      .description("List the plugins, or the parameters of one")
      .argument("[name]", "A plugin's name or file")
      .action(async (name) => {
        const { describePlugin, listPlugins } = await import("./plugins.ts");
        await (name === undefined ? listPlugins(standardOutput) : describePlugin(standardOutput, name));
      }),
  );
  add(
    new Command("events")
      .description("Show what a plugin wrote with format=binary as text")
      .argument("<file>", "A file of trace, dyntrace or memtrace")
      .action(async (path) => (await import("./events.ts")).writeEvents(standardOutput, path)),
  );
  const coverage = coverageCommand(finish);
  add(coverage);
  for (const each of coverage.commands) each.copyInheritedSettings(coverage);
  add(
    new Command("learn")
      .description("Learn how programs execute, in lessons at the prompt")
      .argument("[lesson]", "A lesson's name, or a file with one; without it, lists them")
      .option("--export <file.md>", "Write what was typed and printed the last time to a file, instead of starting it")
      .option("--check", "Type the solutions, and say whether each step is reached with them")
      .action(async (name, flags) => finish(await (await import("../learn/learn.ts")).learn(name, flags))),
  );
  add(
    new Command("init-script")
      .description("Write a script to begin with")
      .argument("<file.ts>", "The script")
      .action(async (path) => {
        for (const line of (await import("../scripts/template.ts")).initScript(path)) standardOutput.line(line);
      }),
  );
  add(
    new Command("setup")
      .description("Get the libraries that are missing")
      .action(async () => finish(await (await import("../setup/setup.ts")).setup())),
  );
  add(
    new Command("doctor")
      .description("Show what was found where, and what to do about what is missing")
      .action(async () => finish(await (await import("../setup/doctor.ts")).doctor())),
  );
  add(
    new Command("complete")
      .description("Print a completion script for a shell, or install it")
      .addArgument(new Argument("<shell>", "The shell").choices(["bash", "zsh", "fish", "powershell"]))
      .option("--install", "Write it where the shell finds it, instead of printing it")
      .action(async (shell, { install }) => {
        const { installScript, printScript } = await import("./complete.ts");
        await (install ? installScript(standardOutput, shell) : printScript(standardOutput, shell));
      }),
  );
  return program;
}

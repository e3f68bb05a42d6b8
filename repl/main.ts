/** The command line's start and end: parses, runs a command, says what went wrong, exits with the status. */

import type { CommanderError, CommandUnknownOpts } from "@commander-js/extra-typings";
import { explain, STATUS } from "./cli/errors.ts";
import { standardError, standardOutput } from "./cli/output.ts";
import { buildProgram } from "./cli/program.ts";

/**
 * Runs a command, and exits.
 *
 * @param args The arguments after the program's name.
 */
export async function main(args: readonly string[]): Promise<never> {
  const status = await execute(args);
  standardOutput.flush();
  standardError.flush();
  Deno.exit(status);
}

async function execute(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = buildProgram((given) => status = given);
  for (const command of withCommands(program)) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => standardOutput.write(text),
        writeErr: (text) => standardError.write(text),
        outputError: (text, write) => write(`${text.replace(/^error: /, "ceratops: ")}See ${nameOf(command)} --help\n`),
      });
  }
  try {
    if (args[0] === "complete" && args[1] === "--") {
      (await import("./cli/complete.ts")).printCandidates(standardOutput, program, args.slice(2));
    } else await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (isCommanderError(error)) return error.exitCode === 0 ? 0 : STATUS.usage;
    const explanation = explain(error);
    if (explanation === undefined) {
      // None of the errors that are expected: a defect of Ceratops, and its stack trace says where.
      standardError.write(`ceratops: this should not happen; please report it\n${Deno.inspect(error)}\n`);
      return STATUS.failed;
    }
    standardError.write(`ceratops: ${explanation.message}\n`);
    return explanation.status;
  }
}

/** A command and all below it. */
function withCommands(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return [command, ...command.commands.flatMap(withCommands)];
}

/** `ceratops run`. */
function nameOf(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}

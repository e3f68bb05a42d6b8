/**
 * Writes docs/reference.md from the code: the prompt's commands, the plugins with their parameters. `deno task reference`.
 *
 * Leaves out the command line, which the manual page has, and system calls, which have a page of their own.
 */

import { pluginFormats, pluginParameters } from "../mod.ts";
import { findPlugin, pluginNames } from "../repl/cli/find_plugin.ts";
import { COMMANDS } from "../repl/commands/mod.ts";

const PAGE = new URL("reference.md", import.meta.url);

/** The text of the page. */
export async function referencePage(): Promise<string> {
  return `# Reference

\`deno task reference\` writes this page from the code. The commands of the command line are in the manual page,
\`man -l docs/ceratops.1\`; [system calls](syscalls.md) have a page of their own. \`deno doc mod.ts\` shows the library's
interface, and \`deno doc --html --output=api mod.ts\` makes pages of it.

## Commands of the prompt

${COMMANDS.map(commandPart).join("\n")}
## Plugins

Every plugin takes \`within\`, the code that it is about.

${(await Promise.all(pluginNames().map(pluginPart))).join("\n")}`;
}

function commandPart({ usage, summary, details, aliases = [], example }: typeof COMMANDS[number]): string {
  const also = aliases.length === 0 ? "" : ` Also ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`;
  const more = details === undefined ? "" : `\n${details}\n`;
  return `**\`${usage}\`** ${summary}.${also}\n${more}\n${indented(example)}\n`;
}

async function pluginPart(name: string): Promise<string> {
  const plugin = await findPlugin(name);
  const formats = pluginFormats(plugin);
  const rows = Object.entries(pluginParameters(plugin)).filter(([key]) => key !== "within" && key !== "format")
    .map(([key, { default: value, description }]) =>
      `| \`${key}\` | ${cell(description)} | ${cell(valueText(value))} |\n`
    );
  const table = rows.length === 0 ? "" : `\n| parameter | what it is | default |\n|---|---|---|\n${rows.join("")}`;
  return `### ${name}\n\n${plugin.description}. Formats: ${formats.join(", ")}.\n${table}`;
}

function valueText(value: unknown): string {
  return value === "" ? "none" : `\`${value}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}

if (import.meta.main) await Deno.writeTextFile(PAGE, await referencePage());

/** The help of the prompt: all commands in a table, or one in full. */

import { type Place, prose } from "./prose.ts";
import type { Style } from "./style.ts";

/** Where help is shown. */
type Screen = Place & { readonly style: Style };

/** A command, as far as help shows it. */
export interface HelpTopic {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly usage: string;
  readonly summary: string;
  readonly details?: string;
  readonly example: string;
}

const ANYTHING_ELSE = `
Anything else is TypeScript, with top-level await. In scope: emu, cpu, mem, symbols, hook(where, closure),
stop(why), and each register by name: rax, $rax, pc, sp. \`help COMMAND\` shows one with an example.`;

/** One line a command, then what else can be typed. */
export function helpTable(topics: readonly HelpTopic[], screen: Screen): string[] {
  const { style } = screen;
  const width = Math.max(...topics.map(({ name }) => name.length));
  return [
    ...topics.map(({ name, summary, aliases = [] }) =>
      `${style.cyan(name.padEnd(width))}  ${summary}${
        aliases.length === 0 ? "" : style.dim(` (${aliases.join(", ")})`)
      }`
    ),
    "",
    ...prose(ANYTHING_ELSE, screen),
  ];
}

/** One command in full. */
export function helpTopic(topic: HelpTopic, screen: Screen): string[] {
  const { usage, summary, aliases = [], details, example } = topic;
  return [
    screen.style.bold(usage),
    `${summary}.`,
    ...(aliases.length === 0 ? [] : [`Also: ${aliases.join(", ")}`]),
    ...(details === undefined ? [] : ["", ...prose(details, screen)]),
    "",
    "Example:",
    ...example.split("\n").map((line) => `  ${line}`),
  ];
}

/** `ceratops plugins`: what plugins there are, and what parameters one takes. */

import { type PluginParameter, pluginParameters } from "../../mod.ts";
import { findPlugin, pluginNames } from "./find_plugin.ts";
import type { Output } from "./output.ts";

/** Lists the plugins that come with Ceratops. */
export async function listPlugins(output: Output): Promise<void> {
  const plugins = [];
  for (const name of pluginNames()) plugins.push({ name, description: (await findPlugin(name)).description });
  const width = Math.max(...plugins.map(({ name }) => name.length));
  for (const { name, description } of plugins) output.write(`${name.padEnd(width)}  ${description}\n`);
}

/** Shows a plugin's parameters. */
export async function describePlugin(output: Output, name: string): Promise<void> {
  const plugin = await findPlugin(name);
  output.write(`${plugin.name}: ${plugin.description}\n`);
  const rows = Object.entries(pluginParameters(plugin)).map(([key, parameter]) =>
    [`${key}=${typeText(parameter)}`, parameter] as const
  );
  const width = Math.max(...rows.map(([usage]) => usage.length));
  for (const [usage, { default: value, description }] of rows) {
    output.write(`  ${usage.padEnd(width)}  ${description} (default: ${value === "" ? "none" : value})\n`);
  }
}

function typeText({ type }: PluginParameter): string {
  return { string: "TEXT", number: "NUMBER", boolean: "true|false" }[type];
}

/**
 * Draws graphs with Graphviz, which is here as WebAssembly: nothing need be installed.
 *
 * It is loaded with this module, for a report cannot wait; where that fails, only pictures do.
 */

import { PluginError } from "../../mod.ts";

const graphviz = await load();

async function load() {
  try {
    const { instance } = await import("@viz-js/viz");
    return await instance();
  } catch (error) {
    return String(error);
  }
}

/**
 * A graph as an SVG picture.
 *
 * @param dot The graph in Graphviz's language.
 * @throws {PluginError} If Graphviz could not be loaded.
 */
export function drawGraph(dot: string): string {
  if (typeof graphviz === "string") throw new PluginError("cfg", `Graphviz cannot be loaded: ${graphviz}`);
  return graphviz.renderString(dot, { format: "svg" });
}

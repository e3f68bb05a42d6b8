/**
 * Draws graphs with Graphviz, which is here as WebAssembly: nothing need be installed.
 *
 * It is loaded with this module, for a report cannot wait.
 */

import { instance } from "@viz-js/viz";

const graphviz = await instance();

/**
 * A graph as an SVG picture.
 *
 * @param dot The graph in Graphviz's language.
 */
export function drawGraph(dot: string): string {
  return graphviz.renderString(dot, { format: "svg" });
}

/**
 * Tables and pictures for notebooks of Deno's Jupyter kernel: `import { coverageTable } from "ceratops/notebook"`.
 *
 * @module
 */

export { coverageTable, type CoverageTableOptions } from "./coverage_table.ts";
export { DISPLAY, type Displayed } from "./display.ts";
export { flameGraph, type FlameGraphOptions } from "./flame_graph.ts";

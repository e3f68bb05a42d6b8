/** What ran how often, as a table of a notebook. */

import { type CoveredSymbol, textTable } from "../../mod.ts";
import { type Displayed, displayed, escapeHtml } from "./display.ts";

/** How much is shown. */
export interface CoverageTableOptions {
  /** Most rows; by default 20. */
  readonly rows?: number;
}

/**
 * Shows symbols with the instructions that were executed in them, most first, with bars.
 *
 * @param symbols As `emulator.coverage.symbols()` gives them.
 */
export function coverageTable(symbols: readonly CoveredSymbol[], { rows = 20 }: CoverageTableOptions = {}): Displayed {
  const total = symbols.reduce((sum, { executed }) => sum + executed, 0);
  const shown = symbols.toSorted((a, b) => b.executed - a.executed).slice(0, rows);
  const cells = shown.map(({ name, executed, covered, image }) => ({
    executed: executed.toLocaleString("en"),
    percent: `${(100 * executed / Math.max(total, 1)).toFixed(1)}%`,
    covered: String(covered),
    name,
    image: image?.name ?? "",
  }));
  const html = cells.map(({ executed, percent, covered, name, image }) => {
    const bar = `background:linear-gradient(to right,#6ab0f366 ${percent},transparent ${percent})`;
    const numbers = [executed, percent, covered].map((text) => `<td style="text-align:right">${text}</td>`).join("");
    return `<tr style="${bar}">${numbers}<td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(image)}</td></tr>`;
  });
  const titles = ["executed", "share", "different", "symbol", "image"];
  return displayed(
    `<table><tr>${titles.map((title) => `<th>${title}</th>`).join("")}</tr>${html.join("")}</table>`,
    textTable(titles, cells.map((row) => [row.executed, row.percent, row.covered, row.name, row.image])),
  );
}

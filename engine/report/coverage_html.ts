/**
 * Coverage as one HTML file for people: a table of folders and files that sorts, and their sources with counts.
 *
 * The file needs nothing else, no network either. It is light or dark as the browser wants; how often a line ran is told
 * by the strength of its colour, from few to many on a logarithmic scale. Leaves out sources that cannot be read: of
 * those, lines are listed by number. Style and script are in coverage_html_page.ts.
 */

import { posix } from "node:path";
import { escapeXml, relativePath } from "./cobertura.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./coverage_html_page.ts";
import { type CoverageSummary, percentText, type Share, summaryOf, totalOf } from "./coverage_summary.ts";
import type { CoveredBranch, SourceCoverage } from "./source_coverage.ts";

/** What the page needs to know. */
export interface HtmlOptions {
  /** The folder that files are named from. */
  readonly root: string;
  /** What was run. */
  readonly title?: string;
  /** When it was measured, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Gives the text of a source; undefined if it cannot be read. */
  read(path: string): string | undefined;
}

interface Node {
  readonly name: string;
  readonly depth: number;
  readonly summary: CoverageSummary;
  /** Number of the file; undefined for a folder. */
  readonly file: number | undefined;
  readonly children: readonly Node[];
}

/** Steps of colour from the least executed line to the most. */
const STEPS = 9;

/**
 * Writes the page.
 *
 * @param files What ran of each source file.
 * @returns The text of the HTML file.
 */
export function coverageHtml(files: readonly SourceCoverage[], options: HtmlOptions): string {
  const { title = "a run", timestamp, root } = options;
  const names = files.map(({ path }) => relativePath(path, root));
  const total = totalOf(files.map(summaryOf));
  const most = files.reduce((max, { lines }) => lines.reduce((top, { count }) => Math.max(top, count), max), 1);
  const name = escapeXml(title);
  return [
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Coverage of ${name}</title>\n<style>\n${PAGE_STYLE}</style>\n</head>\n<body>`,
    `<header><h1>Coverage of <code>${name}</code></h1>`,
    `<p>${new Date(timestamp).toISOString().slice(0, 16).replace("T", " ")} UTC</p>`,
    `<div class="totals">${figure("lines", total.lines)}${figure("functions", total.functions)}${
      figure("branches", total.branches)
    }</div></header>`,
    `<main id="overview">${tableText(treeOf(names, files))}</main>`,
    ...files.map((file, index) => fileText(file, index, names[index], most, options.read(file.path))),
    `<script>\n${PAGE_SCRIPT}</script>\n</body>\n</html>\n`,
  ].join("\n");
}

function figure(what: string, share: Share): string {
  return `<div><b class="${gradeOf(share)}">${percentText(share, "–")}${
    share.found > 0 ? "%" : ""
  }</b><span>${share.hit} of ${share.found} ${what}</span></div>`;
}

/** The files as a tree of folders; a folder with nothing but one folder in it is one with that. */
function treeOf(names: readonly string[], files: readonly SourceCoverage[]): readonly Node[] {
  const build = (indices: readonly number[], folder: string, depth: number): Node[] => {
    const groups = Map.groupBy(indices, (index) => {
      const rest = names[index].slice(folder.length);
      const slash = rest.indexOf("/", 1);
      return slash < 0 ? rest : rest.slice(0, slash + 1);
    });
    return [...groups].flatMap(([part, members]) => {
      if (!part.endsWith("/")) {
        return members.map((file) => ({ name: part, depth, summary: summaryOf(files[file]), file, children: [] }));
      }
      const children = build(members, folder + part, depth + 1);
      const [only] = children;
      if (children.length === 1 && only.file === undefined) {
        return build(members, folder + part, depth).map((child) => ({ ...child, name: part + child.name }));
      }
      const summary = totalOf(members.map((index) => summaryOf(files[index])));
      return [{ name: part, depth, summary, file: undefined, children }];
    });
  };
  return build(names.map((_, index) => index), "", 0);
}

function tableText(nodes: readonly Node[]): string {
  const heads = [["name", "File"], ["lines", "Lines"], ["functions", "Functions"], ["branches", "Branches"]];
  return [
    '<table class="tree"><thead><tr>',
    ...heads.map(([key, text], index) =>
      `<th${index > 0 ? ' colspan="2"' : ""}><button type="button" data-sort="${key}">${text}</button></th>`
    ),
    "</tr></thead><tbody>",
    ...nodes.map((node) => rowText(node, "")),
    "</tbody></table>",
  ].join("");
}

function rowText(node: Node, parent: string): string {
  const { name, depth, summary: { lines, functions, branches }, file, children } = node;
  const path = parent + name;
  const label = file === undefined
    ? `<button type="button" class="folder" aria-expanded="true">${escapeXml(name)}</button>`
    : `<a href="#file${file}">${escapeXml(name)}</a>`;
  const cells = [lines, functions, branches].map((share) =>
    `<td class="${gradeOf(share)}">${share.found === 0 ? "–" : `${percentText(share)}%`}</td><td>${
      share.found === 0 ? "" : `${share.hit}/${share.found}`
    }</td>`
  );
  const row = `<tr data-path="${escapeXml(path)}" data-parent="${escapeXml(parent)}" data-name="${escapeXml(name)}"${
    [["lines", lines], ["functions", functions], ["branches", branches]].map(([key, share]) =>
      ` data-${key}="${ratio(share as Share)}"`
    ).join("")
  }><th scope="row" style="--depth:${depth}">${label}<span class="bar" style="--share:${ratio(lines)}"></span></th>${
    cells.join("")
  }</tr>`;
  return row + children.map((child) => rowText(child, path)).join("");
}

function ratio({ found, hit }: Share): number {
  return found === 0 ? -1 : Math.floor(10_000 * hit / found) / 10_000;
}

function gradeOf({ found, hit }: Share): string {
  if (found === 0) return "none";
  return hit === found ? "all" : hit >= 0.75 * found ? "most" : hit > 0 ? "some" : "no";
}

function fileText(
  file: SourceCoverage,
  index: number,
  name: string,
  most: number,
  source: string | undefined,
): string {
  const counts = new Map(file.lines.map(({ line, count }) => [line, count]));
  const branches = Map.groupBy(file.branches, ({ line }) => line);
  const rows = source === undefined
    ? file.lines.map(({ line }) => [line, ""] as const)
    : source.replace(/\n$/, "").split("\n").map((text, at) => [at + 1, text] as const);
  const { lines, functions, branches: ways } = summaryOf(file);
  const folder = posix.dirname(name);
  return [
    `<section id="file${index}" class="file" hidden><nav><a href="#">All files</a></nav>`,
    `<h2>${folder === "." ? "" : `<span>${escapeXml(folder)}/</span>`}${escapeXml(posix.basename(name))}</h2>`,
    `<div class="totals">${figure("lines", lines)}${figure("functions", functions)}${figure("branches", ways)}</div>`,
    source === undefined ? "<p>The source is not on this machine; these are its lines with code.</p>" : "",
    functionsText(file, index),
    '<table class="source"><tbody>',
    ...rows.map(([line, text]) =>
      `<tr id="file${index}-${line}"${
        lineClass(counts.get(line), most)
      }><td class="number">${line}</td><td class="count">${counts.get(line) ?? ""}</td><td class="ways">${
        waysText(branches.get(line))
      }</td><td class="text">${escapeXml(text)}</td></tr>`
    ),
    "</tbody></table></section>",
  ].join("\n");
}

function functionsText({ functions }: SourceCoverage, index: number): string {
  if (functions.length === 0) return "";
  const rows = functions.map(({ name, line, count }) =>
    `<tr><td class="${count > 0 ? "all" : "no"}">${count}</td><td><a href="#file${index}-${line}">${
      escapeXml(name)
    }</a></td></tr>`
  );
  return `<details><summary>${functions.length} ${
    functions.length === 1 ? "function" : "functions"
  }</summary><table class="functions"><tbody>${rows.join("")}</tbody></table></details>`;
}

function lineClass(count: number | undefined, most: number): string {
  if (count === undefined) return "";
  if (count === 0) return ' class="missed"';
  const step = most <= 1 ? 1 : 1 + Math.round((STEPS - 1) * Math.log(count) / Math.log(most));
  return ` class="ran" style="--heat:${step}"`;
}

/** One mark a way that a jump can go: not taken, then taken. */
function waysText(branches: readonly CoveredBranch[] | undefined): string {
  return (branches ?? []).map(({ taken, notTaken }) =>
    [["not taken", notTaken], ["taken", taken]].map(([what, count]) =>
      `<i class="${count === 0 ? "no" : "all"}" title="${what} ${count}×"></i>`
    ).join("")
  ).join(" ");
}

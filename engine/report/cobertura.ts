/**
 * Coverage as Cobertura's XML: GitLab, Jenkins and Azure DevOps read that.
 *
 * A folder is a package, a file is a class, as other writers for C have it. Complexity is not measured, and 0. The
 * structure is that of coverage-04.dtd.
 */

import { posix } from "node:path";
import { type CoverageSummary, type Share, summaryOf, totalOf } from "./coverage_summary.ts";
import type { CoveredFunction, SourceCoverage } from "./source_coverage.ts";

/** What a report says of itself. */
export interface CoberturaOptions {
  /** The folder that files are relative to; those outside it keep their whole path. */
  readonly root: string;
  /** When the coverage was measured, in milliseconds since 1970. */
  readonly timestamp: number;
}

/**
 * Writes a report.
 *
 * @param files What ran of each source file.
 * @returns The text of the XML file.
 */
export function toCobertura(files: readonly SourceCoverage[], { root, timestamp }: CoberturaOptions): string {
  const packages = Map.groupBy(files, ({ path }) => posix.dirname(relativePath(path, root)));
  const total = totalOf(files.map(summaryOf));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">',
    `<coverage ${rates(total)} ${counts("lines", total.lines)} ${counts("branches", total.branches)}` +
    ` complexity="0" version="1" timestamp="${timestamp}">`,
    ` <sources>\n  <source>${escapeXml(root)}</source>\n </sources>`,
    " <packages>",
    ...[...packages].map(([name, members]) => packageText(name, members, root)),
    " </packages>",
    "</coverage>\n",
  ].join("\n");
}

/** A path as it is seen from a folder, if it is inside. */
export function relativePath(path: string, root: string): string {
  const folder = root.endsWith("/") ? root : `${root}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}

function packageText(name: string, files: readonly SourceCoverage[], root: string): string {
  return [
    `  <package name="${escapeXml(name)}" ${rates(totalOf(files.map(summaryOf)))} complexity="0">`,
    "   <classes>",
    ...files.map((file) => classText(file, root)),
    "   </classes>",
    "  </package>",
  ].join("\n");
}

function classText(file: SourceCoverage, root: string): string {
  const path = relativePath(file.path, root);
  const attributes = `name="${escapeXml(posix.basename(path))}" filename="${escapeXml(path)}"`;
  return [
    `    <class ${attributes} ${rates(summaryOf(file))} complexity="0">`,
    "     <methods>",
    ...file.functions.map((each) => methodText(each, file)),
    "     </methods>",
    "     <lines>",
    ...lineTexts(file, 0, Infinity, "      "),
    "     </lines>",
    "    </class>",
  ].join("\n");
}

function methodText({ name, line, endLine }: CoveredFunction, file: SourceCoverage): string {
  const part = {
    ...file,
    lines: file.lines.filter((each) => line <= each.line && each.line <= endLine),
    branches: file.branches.filter((each) => line <= each.line && each.line <= endLine),
  };
  return [
    `      <method name="${escapeXml(name)}" signature="" ${rates(summaryOf(part))} complexity="0">`,
    "       <lines>",
    ...lineTexts(file, line, endLine, "        "),
    "       </lines>",
    "      </method>",
  ].join("\n");
}

function lineTexts({ lines, branches }: SourceCoverage, from: number, to: number, indent: string): string[] {
  const byLine = Map.groupBy(branches, ({ line }) => line);
  return lines.filter(({ line }) => from <= line && line <= to).map(({ line, count }) => {
    const jumps = byLine.get(line);
    const start = `${indent}<line number="${line}" hits="${count}"`;
    if (jumps === undefined) return `${start} branch="false"/>`;
    const ways = jumps.flatMap(({ taken, notTaken }) => [notTaken, taken]);
    const hit = ways.filter((way) => way > 0).length;
    const share = `${Math.floor(100 * hit / ways.length)}%`;
    const conditions = jumps.map(({ taken, notTaken }, number) => {
      const part = 50 * (Number(taken > 0) + Number(notTaken > 0));
      return `${indent}  <condition number="${number}" type="jump" coverage="${part}%"/>`;
    });
    return [
      `${start} branch="true" condition-coverage="${share} (${hit}/${ways.length})">`,
      `${indent} <conditions>`,
      ...conditions,
      `${indent} </conditions>`,
      `${indent}</line>`,
    ].join("\n");
  });
}

function rates({ lines, branches }: CoverageSummary): string {
  return `line-rate="${rate(lines)}" branch-rate="${rate(branches)}"`;
}

function rate({ found, hit }: Share): string {
  return found === 0 ? "1" : String(Math.floor(10_000 * hit / found) / 10_000);
}

function counts(name: string, { found, hit }: Share): string {
  return `${name}-covered="${hit}" ${name}-valid="${found}"`;
}

/** Text that can stand in XML and HTML, in attributes too; what XML has no place for becomes a mark. */
export function escapeXml(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

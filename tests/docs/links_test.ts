/** Links of the documents: each file, heading and task that one names exists. What is on the network is left alone. */

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../repl/cli/command.ts";
import { documents } from "./blocks.ts";

/** A document without its blocks and code. */
function proseOf(markdown: string): string {
  return markdown.replace(/^```.*?^```$/gms, "").replace(/^ {4}.*$/gm, "").replace(/`[^`\n]*`/g, "code");
}

/** Targets of links and pictures. */
function linksOf(markdown: string): string[] {
  const targets = [...proseOf(markdown).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of a document's headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.*)$/gm);
  const seen = new Map<string, number>();
  return new Set([...headings].map(([, heading]) => {
    const anchor = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  }));
}

/** What is wrong with a link of a document; undefined if nothing. */
function fault(document: string, link: string): string | undefined {
  const [path, anchor] = link.split("#");
  const target = path === "" ? document : join(dirname(document), decodeURIComponent(path));
  if (relative("", target).startsWith("..")) return `${document}: ${link} is outside of the project`;
  if (!existsSync(join(ROOT, target))) return `${document}: ${link} does not exist`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  if (anchorsOf(readFileSync(join(ROOT, target), "utf8")).has(anchor)) return undefined;
  return `${document}: ${target} has no heading #${anchor}`;
}

Deno.test("links of the documents lead to files and headings that exist", () => {
  const links = documents().flatMap((document) =>
    linksOf(readFileSync(join(ROOT, document), "utf8")).map((link) => ({ document, link }))
  );
  assert(links.length > 30);
  assert.deepEqual(links.flatMap(({ document, link }) => fault(document, link) ?? []), []);
});

Deno.test("each page of docs is linked from the README", () => {
  const linked = new Set(linksOf(readFileSync(`${ROOT}/README.md`, "utf8")));
  const pages = readdirSync(`${ROOT}/docs`).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  assert.deepEqual(pages.filter((page) => !linked.has(page)), []);
});

Deno.test("each task that a document names is one of deno.json", () => {
  const { tasks } = JSON.parse(readFileSync(`${ROOT}/deno.json`, "utf8"));
  const named = documents().flatMap((document) =>
    [...readFileSync(join(ROOT, document), "utf8").matchAll(/deno task ([\w-]+)/g)].map(([, name]) => name)
  );
  assert(named.length > 5);
  assert.deepEqual(named.filter((name) => !(name in tasks)), []);
});

Deno.test("a link to what is missing is found", () => {
  assert.match(fault("README.md", "docs/none.md") ?? "", /docs\/none\.md does not exist/);
  assert.match(fault("docs/learn.md", "prompt.md#nothing") ?? "", /docs\/prompt\.md has no heading #nothing/);
  assert.match(fault("README.md", "../x.md") ?? "", /outside/);
  assert.equal(fault("docs/learn.md", "prompt.md#for-those-who-know-gdb"), undefined);
  assert.deepEqual(linksOf("`[a](b)` [c](d.md) ![e](f.svg)\n```\n[g](h)\n```\n    [i](j)\n<https://k.example>"), [
    "d.md",
    "f.svg",
  ]);
});

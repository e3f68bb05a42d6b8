/** The pages of coverage and of profiles, in a headless browser. */

import assert from "node:assert/strict";
import coverage from "../../plugins/coverage.ts";
import profiler from "../../plugins/profiler.ts";
import { hasBrowser, inBrowser } from "../browser.ts";
import { inlinedProgram } from "../plugins/inlined_guest.ts";
import { runPlugin } from "../plugins/run.ts";

const SOURCES = {
  "src/main.c": `int twice(int n);
int once(int n);
int main(int argc, char **argv) {
  int sum = 0;
  for (int i = 0; i < 100; i++) sum += twice(i);
  if (argc > 5) sum = once(sum);
  return sum == 1;
}
`,
  "src/deep/twice.c": `int twice(int n) {
  return n * 2;
}
`,
  "src/deep/once.c": `int once(int n) {
  return n;
}
`,
};

/** The coverage report of a program in several folders. */
async function coverageReport(): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(SOURCES)) {
      await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const args = ["-g", "-O0", ...Object.keys(SOURCES), "-o", "program"];
    const { success } = await new Deno.Command("gcc", { args, cwd: folder }).output();
    assert.ok(success);
    using run = await runPlugin(coverage, { by: "line", format: "html" }, `${folder}/program`);
    return run.report("html");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const NAMES = `const names = () => [...document.querySelectorAll("#overview tbody tr")].filter((row) => !row.hidden)
  .map((row) => row.dataset.path.replace(/^.*?src[/]/, "src/"));`;

Deno.test({
  name: "the page of coverage sorts its tree, folds folders, and shows files with their lines",
  ignore: !hasBrowser,
  async fn() {
    const report = await coverageReport();
    const overview = await inBrowser(
      report,
      `${NAMES}
      const click = (selector) => document.querySelector(selector).click();
      const seen = [names()];
      click('[data-sort="lines"]');
      seen.push(names());
      click('[data-sort="lines"]');
      seen.push(names());
      click('[data-path$="src/deep/"] .folder');
      seen.push(names());
      return { seen, isShown: !document.querySelector("#overview").hidden };`,
    );
    const [deep, once, twice, main] = ["src/deep/", "src/deep/once.c", "src/deep/twice.c", "src/main.c"];
    // Nothing of once.c ran, all of twice.c: half of the folder; of main.c a part of one line only.
    assert.deepEqual(overview, {
      seen: [
        ["src/", deep, once, twice, main],
        ["src/", deep, once, twice, main],
        ["src/", main, deep, twice, once],
        ["src/", main, deep],
      ],
      isShown: true,
    });
    const file = await inBrowser(
      report,
      `const section = [...document.querySelectorAll(".file")].find((each) => !each.hidden);
      const counts = [...section.querySelectorAll(".source tr")].map((row) => row.querySelector(".count").textContent);
      return { id: section.id, isOverview: !document.querySelector("#overview").hidden, counts: counts.length };`,
      { hash: "file1" },
    );
    assert.deepEqual(file, { id: "file1", isOverview: false, counts: 3 });
  },
});

Deno.test({
  name: "the page of coverage is light or dark as the reader's system is",
  ignore: !hasBrowser,
  async fn() {
    const report = await coverageReport();
    const paper = `return getComputedStyle(document.body).backgroundColor;`;
    assert.equal(await inBrowser(report, paper, { scheme: "light" }), "rgb(255, 255, 255)");
    assert.equal(await inBrowser(report, paper, { scheme: "dark" }), "rgb(22, 24, 28)");
  },
});

Deno.test({
  name: "the page of a profile shows each of its views, and inlined calls in them",
  ignore: !hasBrowser,
  async fn() {
    using run = await runPlugin(profiler, {}, await inlinedProgram());
    const views = await inBrowser(
      run.report("html"),
      `const shown = {};
      for (const name of ["Code", "Calls", "Flame graph", "Call graph"]) {
        [...document.querySelectorAll("#tabs button")].find((tab) => tab.textContent === name).click();
        shown[name] = document.querySelector("#view").textContent;
      }
      const table = document.querySelector("#functions");
      return { shown, isWide: table.scrollWidth > table.clientWidth, rows: table.textContent };`,
    ) as { shown: Record<string, string>; isWide: boolean; rows: string };
    assert.equal(views.isWide, false, "the table of functions fits beside the view");
    assert.match(views.rows, /twice \(inlined\)/);
    assert.match(views.shown["Flame graph"], /twice \(inlined\)/);
    assert.match(views.shown["Call graph"], /mix \(inlined\)/);
    assert.match(views.shown.Code, /Code at 0x/);
  },
});

/**
 * The slides: the commands of docs/slides/README.md make a page and a PDF of them. Skipped where they cannot without the
 * network: marp-cli must be in npm's cache, and for the PDF a browser and poppler's pdftotext must be there.
 */

import assert from "node:assert/strict";
import { type Outcome, ROOT, run } from "../repl/cli/command.ts";
import { blocksOf } from "./blocks.ts";

const LONGEST_COMMAND_MILLISECONDS = 240_000;
// As root, a browser of Chromium's kind starts only without its sandbox.
const ENVIRONMENT = { npm_config_offline: "true", npm_config_yes: "true", CHROME_NO_SANDBOX: "1" };
const BROWSERS = ["chromium", "google-chrome", "microsoft-edge", "firefox"];

const slides = Deno.readTextFileSync(`${ROOT}/docs/slides/tutorial.md`).split(/^---$/m).slice(2);
const [block] = blocksOf(Deno.readTextFileSync(`${ROOT}/docs/slides/README.md`));
const [toPage, toPdf] = block.text.trimEnd().split("\n");

function sh(command: string, cwd?: string): Promise<Outcome> {
  return run(["sh", "-c", command], {
    env: ENVIRONMENT,
    timeoutMilliseconds: LONGEST_COMMAND_MILLISECONDS,
    ...(cwd === undefined ? {} : { cwd }),
  });
}

const succeeds = async (command: string) => (await sh(command)).status === 0;
const hasMarp = await succeeds(`${toPage.split(" --")[0]} --version`);
const hasBrowser = await succeeds(BROWSERS.map((name) => `command -v ${name}`).join(" || "));
const hasReader = await succeeds("command -v pdftotext");

/** Uses a copy of docs, where files may be made. */
async function inSlides(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-slides-" });
  try {
    assert.equal((await sh(`cp -r '${ROOT}/docs/slides' '${ROOT}/docs/pictures' .`, folder)).status, 0);
    await use(`${folder}/slides`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The headings of a slide. */
const headings = (slide: string) => [...slide.matchAll(/^# (.*)$/gm)].map(([, text]) => text);

Deno.test({
  name: "the slides become a page with a section for each (needs marp-cli in npm's cache)",
  ignore: !hasMarp,
  fn: () =>
    inSlides(async (folder) => {
      const { status, stderr } = await sh(toPage, folder);
      assert.equal(status, 0, stderr);
      const page = await Deno.readTextFile(`${folder}/tutorial.html`);
      assert.equal(page.match(/<section /g)?.length, slides.length);
      for (const text of slides.flatMap(headings)) assert(page.includes(text), text);
    }),
});

Deno.test({
  name: "the slides become a PDF with a page for each (needs marp-cli in npm's cache, a browser, pdftotext)",
  ignore: !hasMarp || !hasBrowser || !hasReader,
  fn: () =>
    inSlides(async (folder) => {
      const made = await sh(toPdf, folder);
      assert.equal(made.status, 0, made.stderr);
      const { stdout } = await sh("pdftotext -layout tutorial.pdf -", folder);
      const pages = stdout.split("\f").slice(0, -1);
      assert.equal(pages.length, slides.length);
      for (const [at, slide] of slides.entries()) {
        for (const text of headings(slide)) assert(pages[at].includes(text), `page ${at + 1} lacks ${text}`);
      }
    }),
});

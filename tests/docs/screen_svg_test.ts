/** The pictures of docs/pictures: what the maker of SVG makes, and that the files are pictures of a prompt. */

import assert from "node:assert/strict";
import { screenSvg } from "../../docs/pictures/screen_svg.ts";
import { ROOT } from "../repl/cli/command.ts";

/** The texts of a picture with their places and looks. */
function textsOf(svg: string): { x: number; y: number; look: string; text: string }[] {
  return [...svg.matchAll(/<text x="(\d+)" y="(\d+)"(.*?)>(.*?)<\/text>/g)].map(([, x, y, look, text]) => ({
    x: Number(x),
    y: Number(y),
    look: look.replace(/ textLength="\d+"/, "").trim(),
    text,
  }));
}

Deno.test("screenSvg() places each span at its column, with its look, and escapes it", () => {
  const screen = "\x1b[1m=> \x1b[31mb1\x1b[39m \x1b[0m<f>  g\n\x1b[2mdim\n\x1b[0m\n\n";
  const [title, arrow, mark, name, other, dim, ...rest] = textsOf(screenSvg(screen, { title: "a & b", columns: 20 }));
  assert.equal(title.text, "a &amp; b");
  assert.deepEqual([arrow.text, arrow.look], ["=&gt;", 'font-weight="bold"']);
  assert.deepEqual([mark.text, mark.look], ["b1", 'fill="#f2777a" font-weight="bold"']);
  assert.deepEqual([name.text, name.look], ["&lt;f&gt;", ""]);
  assert.deepEqual([dim.text, dim.look], ["dim", 'opacity="0.55"']);
  assert.deepEqual(rest, []);
  assert.equal(mark.x - arrow.x, 3 * 8);
  assert.equal(name.x - arrow.x, 6 * 8);
  assert.equal(other.x - arrow.x, 11 * 8);
  assert.equal(dim.x, arrow.x);
  assert(dim.y > arrow.y && name.y === arrow.y);
});

Deno.test("docs/pictures hold what the prompt shows", async () => {
  const prompt = textsOf(await Deno.readTextFile(`${ROOT}/docs/pictures/prompt.svg`)).map(({ text }) => text);
  assert(prompt.some((text) => text.startsWith("-- registers")));
  assert(prompt.some((text) => text.includes("Breakpoint 1, 0x555555517e &lt;by_recursion&gt; at sums.c:14")));
  const live = textsOf(await Deno.readTextFile(`${ROOT}/docs/pictures/live.svg`)).map(({ text }) => text);
  assert(live.some((text) => /^[\d,]+ instructions in \d+ symbols$/.test(text)));
});

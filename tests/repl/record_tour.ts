/**
 * Puts the screens of tour.ts into docs/prompt.md: each into the block below its mark.
 *
 *     deno run -A tests/repl/record_tour.ts
 */

import { tour } from "./tour.ts";

const DOCUMENT = new URL("../../docs/prompt.md", import.meta.url);

let text = await Deno.readTextFile(DOCUMENT);
for (const { name, text: screen } of await tour()) {
  const block = new RegExp(`(<!-- screen: ${name} -->\n\`\`\`text\n).*?(\n\`\`\`)`, "s");
  if (!block.test(text)) throw new Error(`docs/prompt.md has no block for the screen ${name}`);
  const lines = screen.split("\n").map((line) => line.replace(/process \d+/, "process 4711").trimEnd());
  text = text.replace(block, (_, before, after) => `${before}${lines.join("\n")}${after}`);
}
await Deno.writeTextFile(DOCUMENT, text);

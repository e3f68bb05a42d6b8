/** Every block of code in the documents is played by a test, or says why it is not. */

import assert from "node:assert/strict";
import { ROOT, run } from "../repl/cli/command.ts";
import { TOUR_SCREENS } from "../repl/tour.ts";
import { blocksOf, documents, fileOf, GENERATED, unclaimed } from "./blocks.ts";

const PAGES = documents().filter((path) => !(path in GENERATED));

Deno.test("each block of code in the documents is played by a test, or says why not", () => {
  const counted = PAGES.map((path) => {
    const blocks = blocksOf(Deno.readTextFileSync(`${ROOT}/${path}`));
    return blocks.map((block) => ({ where: `${path}:${block.line}`, fault: unclaimed(block, blocks) }));
  }).flat();
  assert(counted.length > 100);
  assert.deepEqual(counted.filter(({ fault }) => fault !== undefined), []);
});

Deno.test("each screen in the documents is one of the tour", () => {
  const marks = PAGES.flatMap((path) => blocksOf(Deno.readTextFileSync(`${ROOT}/${path}`)).map(({ mark }) => mark));
  const screens = marks.flatMap((mark) => /^screen: (.*)$/.exec(mark ?? "")?.[1] ?? []);
  assert.deepEqual(screens, TOUR_SCREENS);
});

Deno.test("each program in TypeScript of the documents has its types right", async () => {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-blocks-" });
  try {
    const files = PAGES.flatMap((path) =>
      blocksOf(Deno.readTextFileSync(`${ROOT}/${path}`)).flatMap((block) => {
        const name = fileOf(block);
        if (name === undefined || !name.endsWith(".ts")) return [];
        // Pages and versions of one file are kept apart.
        const file = `${folder}/${path.replaceAll("/", "_")}_${block.line}_${name}`;
        Deno.writeTextFileSync(file, block.text);
        return file;
      })
    );
    assert(files.length > 10);
    const check = [Deno.execPath(), "check", "--config", `${ROOT}/deno.json`, ...files];
    const { status, stderr } = await run(check, { timeoutMilliseconds: 300_000 });
    assert.equal(status, 0, stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("blocksOf() finds fenced and indented blocks with their marks and lines", () => {
  const page =
    "# A\n\n<!-- file: a.ts -->\n```ts ignore\nlet a;\n```\n\ntext\n\n    $ b\n\n    c\n\n- item\n  more\n\n```\nd\n```\n";
  assert.deepEqual(blocksOf(page), [
    { line: 4, mark: "file: a.ts", language: "ts", text: "let a;\n" },
    { line: 10, text: "    $ b\n\n    c\n" },
    { line: 17, language: "", text: "d\n" },
  ]);
});

Deno.test("unclaimed() tells blocks that no test plays", () => {
  const faultOf = (page: string) => {
    const blocks = blocksOf(page);
    return unclaimed(blocks[0], blocks);
  };
  const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
  assert.match(faultOf("\n    $ ls\n") ?? "", /indented/);
  assert.match(faultOf(block("console", "ls")) ?? "", /no line that begins with \$/);
  assert.match(faultOf(block("ts", "1")) ?? "", /nothing says that it is a file/);
  assert.match(faultOf(block("", "1")) ?? "", /nothing says that it is a file/);
  assert.match(faultOf(`<!-- file: a.c -->\n${block("c", "int a;")}`) ?? "", /no command that follows uses a\.c/);
  assert.match(faultOf(block("text", "1")) ?? "", /nothing says why/);
  assert.match(faultOf(`<!-- not run: no time -->\n${block("text", "1")}`) ?? "", /nothing says why/);
  assert.equal(faultOf(`<!-- not run: a drawing -->\n${block("text", "1")}`), undefined);
  assert.equal(faultOf(`<!-- file: a.c -->\n${block("c", "int a;")}\n${block("console", "$ cat a.c")}`), undefined);
});

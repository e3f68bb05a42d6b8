import assert from "node:assert/strict";
import { pluginNames } from "../../../repl/cli/find_plugin.ts";
import { ceratops, FIB, ROOT, run } from "./command.ts";

/** A folder outside the project, with a plugin in it. */
function folderWithPlugin(source: string) {
  const path = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${path}/mine.ts`, source);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const MINE = `import { definePlugin } from "ceratops";
export default definePlugin({
  name: "mine",
  description: "Counts blocks",
  params: {
    text: { type: "string", default: "none", description: "What to say" },
    depth: { type: "number", default: 3, description: "How deep", check: (n) => n > 9 ? "at most 9" : undefined },
    loud: { type: "boolean", default: false, description: "Whether to shout" },
  },
  setup(api) {
    let blocks = 0;
    api.onTranslate(() => { blocks++; });
    api.onReport((report) => report.write(\`mine \${blocks} \${[api.params.text, api.params.depth, api.params.loud].join(" ")}\\n\`));
  },
});`;

/** The parts of a report, one a symbol, so that their order does not matter. */
const parts = (report: string) => report.split(/^(?=\/\/ symbol)/m).sort();

Deno.test("run --plugin coverage-tiny prints what the original prints, but for the order of symbols", async () => {
  const { status, stdout, stderr } = await ceratops(["run", "--plugin", "coverage-tiny", FIB]);
  assert.deepEqual([status, stdout], [0, "fib(10) = 55\n"]);
  assert.deepEqual(parts(stderr), parts(Deno.readTextFileSync(`${FIB}.coverage-tiny.txt`)));
  const counts = [...stderr.matchAll(/^ *(\d+) \|/gm)].map(([, count]) => Number(count));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), 2627);
});

Deno.test("the launcher runs plugins from any folder, through a link, with paths from the caller's folder", async () => {
  using folder = folderWithPlugin(MINE);
  Deno.symlinkSync(`${ROOT}/ceratops`, `${folder.path}/link`);
  Deno.copyFileSync(FIB, `${folder.path}/guest`);
  const env = { CERATOPS_DENO: Deno.execPath() };
  const outcome = await run([`${folder.path}/link`, "run", "--plugin", "mine.ts", "./guest"], {
    cwd: folder.path,
    env,
  });
  assert.deepEqual([outcome.status, outcome.stdout], [0, "fib(10) = 55\n"]);
  assert.match(outcome.stderr, /^mine \d+ none 3 false\n$/);
});

Deno.test("run --plugin takes parameters; what has no = goes on with the value before it", async () => {
  using folder = folderWithPlugin(MINE);
  const { stderr } = await ceratops(["run", "--plugin", `${folder.path}/mine.ts,loud,depth=7,text=a,b`, FIB]);
  assert.match(stderr, /^mine \d+ a,b 7 true\n$/);
});

Deno.test("run --output gets the reports of all plugins in order", async () => {
  using folder = folderWithPlugin(MINE);
  const file = `${folder.path}/report.txt`;
  const plugins = [
    "--plugin",
    `${folder.path}/mine.ts`,
    "--plugin",
    "coverage-tiny",
    "--plugin",
    `${folder.path}/mine.ts`,
  ];
  const outcome = await ceratops(["run", ...plugins, "--output", "report.txt", FIB], { cwd: folder.path });
  assert.deepEqual(outcome, { status: 0, stdout: "fib(10) = 55\n", stderr: "" });
  assert.match(Deno.readTextFileSync(file), /^mine .*\n(\/\/ symbol fib\n[^]*)^mine .*\n$/m);
});

Deno.test("run says what is wrong with a plugin, and what would be right", async () => {
  using folder = folderWithPlugin("export default 1;");
  Deno.writeTextFileSync(`${folder.path}/params.ts`, MINE);
  Deno.writeTextFileSync(`${folder.path}/throws.ts`, `\nthrow new RangeError("too far");`);
  Deno.writeTextFileSync(
    `${folder.path}/setup.ts`,
    `export default {\n  name: "s", description: "",\n  setup() {\n    null.x;\n  },\n};`,
  );
  const cases: readonly (readonly [plugin: string, status: number, message: RegExp])[] = [
    ["coverage-tinny", 2, /Cannot use plugin coverage-tinny: there is no such plugin; did you mean coverage-tiny\?\n$/],
    ["./nowhere.ts", 2, /there is no file .*\/nowhere\.ts\n$/],
    ["./mine.ts", 2, /it does not export a plugin as its default/],
    ["./params.ts,dept=1", 2, /plugin mine: it has no parameter dept; it takes .*text, depth, loud\n$/],
    ["./params.ts,depth=x", 2, /parameter depth is x, not a number\n$/],
    ["./params.ts,depth=10", 2, /parameter depth is 10: at most 9\n$/],
    [
      "./throws.ts",
      1,
      /RangeError: too far\n {4}at .*\/throws\.ts:2:7\n {4}2 \| throw new RangeError\("too far"\);\n$/,
    ],
  ];
  for (const [plugin, status, message] of cases) {
    const outcome = await ceratops(["run", "--plugin", plugin, FIB], { cwd: folder.path });
    assert.match(outcome.stderr, message);
    assert.match(outcome.stderr, /^ceratops: /);
    assert.deepEqual([outcome.status, outcome.stdout], [status, ""]);
  }
  // What fails in its setup is left out; the run goes on.
  const outcome = await ceratops(["run", "--plugin", "./setup.ts", FIB], { cwd: folder.path });
  assert.match(outcome.stderr, /^ceratops: plugin s: Cannot read .*; it is disabled\n {4}at .*\/setup\.ts:4:10\)\n/);
  assert.deepEqual([outcome.status, outcome.stdout], [0, "fib(10) = 55\n"]);
});

Deno.test("plugins lists every plugin with its description, and the parameters of one", async () => {
  const { stdout, status } = await ceratops(["plugins"]);
  assert.equal(status, 0);
  const names = stdout.trimEnd().split("\n").map((line) => {
    assert.match(line, /^[a-z-]+  +\S.*$/);
    return line.split(" ")[0];
  });
  assert.deepEqual(names, pluginNames());
  assert.ok(names.includes("coverage-tiny"));
  using folder = folderWithPlugin(MINE);
  const { stdout: parameters } = await ceratops(["plugins", "mine.ts"], { cwd: folder.path });
  const lines = parameters.split("\n").map((line) => line.replace(/ +/g, " "));
  assert.equal(lines[0], "mine: Counts blocks");
  for (
    const line of [
      " text=TEXT What to say (default: none)",
      " depth=NUMBER How deep (default: 3)",
      " loud=true|false Whether to shout (default: false)",
      " format=TEXT Format of the report: text (default: text)",
    ]
  ) assert.ok(lines.includes(line), line);
  assert.match(parameters, /^ {2}within=TEXT/m);
});

Deno.test("run --plugin within= keeps a plugin to a list of symbols", async () => {
  const { stderr } = await ceratops(["run", "--plugin", "coverage-tiny,within=length,_start", FIB]);
  assert.deepEqual([...stderr.matchAll(/^\/\/ symbol (\w+)$/gm)].map(([, name]) => name), ["length", "_start"]);
});

import assert from "node:assert/strict";
import { ceratops, FIB } from "./command.ts";

/** Runs fib with a script from a folder outside the project. */
async function runScript(source: string) {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/script.ts`, source);
    return { folder, ...await ceratops(["run", "--script", "script.ts", FIB], { cwd: folder }) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("run --script gives the emulator to the file's function before the guest runs", async () => {
  const { status, stdout, stderr } = await runScript(`
    import { Emulator } from "ceratops";
    export default async function (emulator: Emulator): Promise<void> {
      await Promise.resolve();
      emulator.hook("length", (cpu) => console.log(emulator instanceof Emulator, emulator.memory.cstring(cpu.rdi)));
    }`);
  assert.deepEqual([status, stdout, stderr], [0, "true fib(10) = 55\n\nfib(10) = 55\n", ""]);
});

Deno.test("run --script may run the guest itself; the exit status is still the guest's", async () => {
  const { status, stdout } = await runScript(`
    import type { Emulator } from "ceratops";
    export default async (emulator: Emulator) => {
      emulator.intercept("fib", { onLeave: () => 0n });
      console.log((await emulator.run()).kind);
    };`);
  assert.deepEqual([status, stdout], [(("r".charCodeAt(0)) * 7 + 1) % 256, "wrong\nexited\n"]);
});

Deno.test("run shows the user's own line when a script or a closure throws", async () => {
  const thrown = await runScript(`export default () => {\n  throw new TypeError("boom");\n};\n`);
  assert.equal(
    thrown.stderr,
    `ceratops: Script script.ts failed: TypeError: boom\n    at ${thrown.folder}/script.ts:2:9\n` +
      `    2 |   throw new TypeError("boom");\n`,
  );
  assert.equal(thrown.status, 1);
  const hook = await runScript(
    `export default (e) => {\n  e.hook("length", (cpu) => {\n    cpu.nothing.x;\n  });\n};\n`,
  );
  assert.match(
    hook.stderr,
    /^ceratops: a closure failed at 0x40103b \(length\): TypeError: .*\n {4}at .*script\.ts:3:17\n/,
  );
  assert.match(hook.stderr, /\n {4}3 \| {5}cpu\.nothing\.x;\n$/);
  assert.deepEqual([hook.status, hook.stdout], [1, ""]);
  const symbol = await runScript(`export default (e) => {\n  e.hook("fibb", () => {});\n};\n`);
  assert.match(symbol.stderr, /No symbol is named .?fibb.? .*did you mean .?fib.?\?\n {4}at .*script\.ts:2:5\n/);
});

Deno.test("run says what is wrong with a script that cannot be used", async () => {
  const none = await runScript("export const emulator = 1;");
  assert.match(none.stderr, /^ceratops: Cannot run script script\.ts: it does not export a function as its default/);
  assert.equal(none.status, 2);
  const syntax = await runScript("export default () => {\n  const = 3;\n};\n");
  assert.match(syntax.stderr, /^ceratops: Cannot run script script\.ts: .*SyntaxError.*[^]*script\.ts:2:/);
  assert.equal(syntax.status, 1);
});

Deno.test("run tells where a script stopped the guest, and why", async () => {
  const { status, stdout, stderr } = await runScript(
    `export default (e) => e.hook("length", () => e.stop("enough")) && undefined;`,
  );
  assert.equal(stderr, "ceratops: the guest was stopped at 0x40103b (length): enough\n");
  assert.deepEqual([status, stdout], [0, ""]);
});

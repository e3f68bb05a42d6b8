import assert from "node:assert/strict";
import { Emulator, type Plugin, pluginFormats } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportBytes, reportText, runPlugin } from "./run.ts";

const ALLOCATES = `#include <stdlib.h>
int main(void) { free(malloc(8)); return 0; }`;
const FOLDER = new URL("../../plugins/", import.meta.url);

/** The plugins that come with Ceratops, by file name. */
async function all(): Promise<Map<string, Plugin>> {
  const names = [...Deno.readDirSync(FOLDER)].filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await import(`${FOLDER}${name}`)).default] as const)),
  );
}

Deno.test("every file in plugins/ is a plugin of the same name, with a description of one line", async () => {
  for (const [file, plugin] of await all()) {
    assert.equal(`${plugin.name.replaceAll("-", "_")}.ts`, file);
    assert.match(plugin.description, /^[A-Z].{10,78}[^.]$/);
  }
});

Deno.test("every plugin reports in each of its formats, and in JSON if it says so", async () => {
  for (const plugin of (await all()).values()) {
    for (const format of pluginFormats(plugin)) {
      using run = await runPlugin(plugin, { format }, plugin.name === "heap" ? await compile(ALLOCATES) : FIB);
      assert.ok(reportBytes(run.handle).length > 0, `${plugin.name} in ${format}`);
      if (format === "json") JSON.parse(reportText(run.handle, format));
      assert.deepEqual(run.warnings, []);
    }
  }
});

Deno.test("all plugins together write what each writes alone", async () => {
  const plugins = [...(await all()).values()].filter(({ name }) => !["drcov", "syscalls"].includes(name)); // bytes; times
  // Process ids and stack addresses differ from run to run.
  const text = (report: string) => report.replaceAll(/\(\d+\)|pid: \d+|fib \d+ \d+:/g, "");
  const together = await (async () => {
    using emulator = Emulator.open({ program: FIB, env: {} });
    const handles = plugins.map((plugin) => emulator.use(plugin));
    await emulator.run();
    return handles.map((handle) => text(reportText(handle)));
  })();
  for (const [index, plugin] of plugins.entries()) {
    using alone = await runPlugin(plugin);
    assert.equal(together[index], text(alone.report()), plugin.name);
  }
});

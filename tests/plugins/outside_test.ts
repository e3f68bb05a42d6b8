import assert from "node:assert/strict";
import type { Plugin } from "../../mod.ts";
import { runPlugin } from "./run.ts";

const ROOT = new URL("../../", import.meta.url);

/** A plugin in a file of its own, outside of the repository. */
async function importPlugin(source: string): Promise<Plugin> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-plugin-" });
  try {
    await Deno.writeTextFile(`${folder}/calls.ts`, source);
    return (await import(`file://${folder}/calls.ts`)).default;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [how, specifier] of [["by path", new URL("mod.ts", ROOT).href], ["by name", "ceratops"]]) {
  Deno.test(`a plugin in one file outside of the repository works, importing ${how}`, async () => {
    const plugin = await importPlugin(`
    import { definePlugin } from "${specifier}";
    export default definePlugin({
      name: "calls",
      description: "How often a function was entered",
      params: { of: { type: "string", default: "fib", description: "The function" } },
      setup(api) {
        const counter = api.counter();
        api.onTranslate((block) => {
          if (block.symbol?.name === api.params.of && block.symbol.offset === 0) block.count(counter);
        });
        api.onReport((report) => report.write(\`\${api.params.of}: \${counter.value}\`));
      },
    });
  `);
    const report = async (params: Record<string, string>) => {
      using run = await runPlugin(plugin, params);
      return run.report();
    };
    assert.equal(await report({}), "fib: 177");
    assert.equal(await report({ of: "length" }), "length: 1");
  });
}

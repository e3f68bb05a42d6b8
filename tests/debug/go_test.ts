/** Values of Go, against gdb's with the pretty-printers of Go's runtime. */

import { deepStrictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { typeLines, valueText } from "../../mod.ts";
import { ceratopsAt, gdbAt, withoutAddresses } from "./gdb.ts";

const SOURCE = new URL("guests/shapes.go", import.meta.url);
const EXPRESSIONS = ["label", "rects", "*first", "first.Name", "numbers", "empty", "sum", "first.B.X * 2"];
const TYPES = ["rects", "main.Rect", "main.Point", "first"];

async function go(args: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("go", { args: [...args], stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const root = await go(["env", "GOROOT"]);

Deno.test({
  name: "values and types of Go are gdb's; left out where no go runs",
  ignore: root === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const program = `${folder}/program`;
      await go(["build", "-gcflags=-N -l", "-o", program, fileURLToPath(SOURCE)]);
      const line = Deno.readTextFileSync(SOURCE).split("\n").findIndex((each) => each.includes("return sum")) + 1;
      const commands = [...EXPRESSIONS.map((each) => `print ${each}`), ...TYPES.map((each) => `ptype ${each}`)];
      const printers = [`source ${root}/src/runtime/runtime-gdb.py`];
      const theirs = await gdbAt(program, `shapes.go:${line}`, 0, commands, printers);
      const ours = await ceratopsAt(program, `shapes.go:${line}`, 0, (cpu) => [
        ...EXPRESSIONS.map((each, at) => `$${at + 1} = ${valueText(cpu.evaluate(each), { isTop: true })}`),
        ...TYPES.map((each) => {
          const found = cpu.interpret(each);
          return `type = ${typeLines("type" in found ? found.type : found.value.type).join("\n")}`;
        }),
      ]);
      deepStrictEqual(ours.map(plain), theirs.map(plain));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Go's heap is elsewhere in each run. */
function plain(text: string): string {
  return withoutAddresses(text).replace(/0xc[0-9a-f]+/g, "0xADDRESS");
}

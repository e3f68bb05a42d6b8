/**
 * Runs the notebook in examples as a script, without a kernel, and puts what its cells show into it:
 *
 *     deno run -A tests/notebook.ts
 *
 * A cell shows the value of its last line, if that is an expression by itself. Leaves out what Jupyter adds to it.
 */

import assert from "node:assert/strict";
import { ROOT, run } from "./repl/cli/command.ts";

const NOTEBOOK = `${ROOT}/examples/notebook.ipynb`;
const KEYWORD = /^(?:import|export|const|let|for|if|while|using|function|class|return|[\s}])/;

/** Contents by media type. */
type Bundle = Readonly<Record<string, string>>;

interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly source: readonly string[];
  outputs?: unknown[];
}

interface Notebook {
  readonly cells: readonly Cell[];
}

/** Reads the notebook. */
export async function readNotebook(): Promise<Notebook> {
  return JSON.parse(await Deno.readTextFile(NOTEBOOK));
}

/** What each cell of code shows, executed in order; undefined for one that shows nothing. */
export async function execute({ cells }: Notebook): Promise<(Bundle | undefined)[]> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-notebook-" });
  try {
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    const script = [
      `const __shown = [];`,
      `const __show = (cell, value) => value === undefined || (__shown[cell] =`,
      `  value?.[Symbol.for("Jupyter.display")]?.() ?? { "text/plain": Deno.inspect(value) });`,
      ...code.map(({ source }, cell) => shownBy(source.join(""), cell)),
      `Deno.writeTextFileSync("${folder}/shown.json", JSON.stringify(__shown));`,
    ].join("\n").replace(/(from ")\.\.\//g, `$1${ROOT}/`);
    await Deno.writeTextFile(`${folder}/notebook.ts`, script);
    const words = [
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      "--config",
      `${ROOT}/deno.json`,
      `${folder}/notebook.ts`,
    ];
    const { status, stderr } = await run(words, { cwd: `${ROOT}/examples` });
    assert.equal(status, 0, stderr);
    const shown: (Bundle | null)[] = JSON.parse(await Deno.readTextFile(`${folder}/shown.json`));
    return code.map((_, cell) => shown[cell] ?? undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The source of a cell that shows the value of its last line. */
function shownBy(source: string, cell: number): string {
  const lines = source.split("\n");
  const last = lines[lines.length - 1];
  if (!KEYWORD.test(last)) lines[lines.length - 1] = `__show(${cell}, ${last.replace(/;$/, "")});`;
  return lines.join("\n");
}

/** What the notebook has that its cells show. */
export function savedOutputs({ cells }: Notebook): (Bundle | undefined)[] {
  return cells.filter(({ cell_type }) => cell_type === "code")
    .map(({ outputs }) => (outputs as { data: Bundle }[] | undefined)?.[0]?.data);
}

if (import.meta.main) {
  const notebook = await readNotebook();
  const shown = await execute(notebook);
  notebook.cells.filter(({ cell_type }) => cell_type === "code").forEach((cell, at) => {
    const data = shown[at];
    cell.outputs = data === undefined
      ? []
      : [{ data, execution_count: at + 1, metadata: {}, output_type: "execute_result" }];
  });
  await Deno.writeTextFile(NOTEBOOK, `${JSON.stringify(notebook, null, 1)}\n`);
}

/**
 * Runs the notebook in examples as a script, without a kernel, and puts what its cells show into it:
 *
 *     deno run -A tests/notebook.ts
 *
 * A cell shows the value of its last line, if that is an expression by itself. Where Jupyter is, `executeInKernel()` has
 * it and Deno's kernel do the same.
 */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { homeEnvironment, ROOT, run } from "./repl/cli/command.ts";

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
export async function readNotebook(path = NOTEBOOK): Promise<Notebook> {
  return JSON.parse(await Deno.readTextFile(path));
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

/** What the notebook has that its cells show, without colours. A kernel's texts are lists of lines. */
export function savedOutputs({ cells }: Notebook): (Bundle | undefined)[] {
  return cells.filter(({ cell_type }) => cell_type === "code").map(({ outputs }) => {
    const [first] = (outputs ?? []) as { data: Record<string, string | string[]> }[];
    const texts = Object.entries(first?.data ?? {}).map(([type, text]) =>
      [type, stripVTControlCharacters([text].flat().join(""))] as const
    );
    return first === undefined ? undefined : Object.fromEntries(texts);
  });
}

/** Whether Jupyter is here to execute it. */
export async function hasJupyter(): Promise<boolean> {
  return (await run(["sh", "-c", "jupyter nbconvert --version"])).status === 0;
}

/** Executes it with Jupyter and Deno's kernel, installed for this alone. */
export async function executeInKernel(): Promise<Notebook> {
  const home = await Deno.makeTempDir({ prefix: "ceratops-notebook-" });
  try {
    const env = { ...homeEnvironment(home), PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}` };
    const installed = await run([Deno.execPath(), "jupyter", "--install"], { env });
    assert.equal(installed.status, 0, installed.stderr);
    const words = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--output-dir", home, NOTEBOOK];
    const { status, stderr } = await run(words, { env });
    assert.equal(status, 0, stderr);
    return await readNotebook(`${home}/notebook.ipynb`);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
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

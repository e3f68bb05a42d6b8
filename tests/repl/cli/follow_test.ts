import assert from "node:assert/strict";
import { ceratops, FIB } from "./command.ts";

const SHELL = ["--allow-run", "/usr/bin/dash", "-c", `${FIB}; ${FIB}; exit 3`];

Deno.test("run --follow reports of each process when it ends, the program last", async () => {
  const { status, stdout, stderr } = await ceratops(["run", "--follow", "--plugin", "icount", ...SHELL]);
  assert.deepEqual([status, stdout], [3, "fib(10) = 55\n".repeat(2)]);
  const reports = stderr.trimEnd().split("\n");
  assert.equal(reports.length, 6, stderr);
  for (const at of [0, 2]) {
    const [, pid] = /^== process (\d+), .*\/fib ==$/.exec(reports[at]) ?? [];
    // What QEMU's own plugin counts: tests/guests/fib.coverage-tiny.txt.
    assert.equal(reports[at + 1], `${FIB} (${pid}): number of executed instructions on CPU #0 = 2627`);
  }
  assert.match(reports[4], /^== process \d+ ==$/);
  assert.match(reports[5], /^\/usr\/bin\/dash \(\d+\): number/);
});

Deno.test("run --follow writes a file a process where names have %p, and refuses to save all to one", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const own = ["--output", `${folder}/report.%p`, "--plugin", `coverage,save=${folder}/counts.%p`];
    assert.equal((await ceratops(["run", "--follow", ...own, "--plugin", "icount", ...SHELL])).status, 3);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const ids = names.filter((name) => name.startsWith("report.")).map((name) => name.slice("report.".length));
    assert.equal(ids.length, 3, names.join());
    assert.deepEqual(names, [...ids.map((id) => `counts.${id}`), ...ids.map((id) => `report.${id}`)]);

    const merged = `${folder}/merged`;
    const saved = ids.map((id) => `${folder}/counts.${id}`);
    await ceratops(["coverage", "merge", ...saved, "-o", merged]);
    const { stdout } = await ceratops(["coverage", "show", merged]);
    await ceratops(["run", "--plugin", `coverage,save=${folder}/single`, FIB]);
    const single = (await ceratops(["coverage", "show", `${folder}/single`])).stdout;
    const executed = (text: string) => Number(/^ *(\d+) +\d+ +fib /m.exec(text)?.[1]);
    assert.equal(executed(stdout), 2 * executed(single));
    assert.ok(executed(single) > 177, "fib() is called 177 times for fib(10)");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  const refused = await ceratops(["run", "--follow", "--plugin", "coverage,save=/tmp/all", ...SHELL]);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /put %p into the name, such as --plugin coverage,save=\/tmp\/all\.%p/);
});

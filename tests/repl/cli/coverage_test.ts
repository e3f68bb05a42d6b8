/** `ceratops coverage` and the plugin's parameters, as a user types them. */

import { deepEqual, equal, match } from "node:assert/strict";
import { compile } from "../../programs/compile.ts";
import { ceratops } from "./command.ts";

const SOURCE = new URL("../../guests/coverage/text.c", import.meta.url);
const SEVEN = ["1", "2", "3", "4", "5", "6"];

async function inFolder(work: (folder: string, program: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder, await compile(SOURCE, ["-g"]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The counts of a tracefile. */
const counts = (lcov: string) => new Map([...lcov.matchAll(/^DA:(\d+),(\d+)$/gm)].map(([, a, b]) => [a, Number(b)]));

Deno.test("coverage merge adds runs up that --plugin coverage,save=FILE wrote; report has the sum", async () => {
  await inFolder(async (cwd, program) => {
    const [one, other] = await Promise.all([
      ceratops(["run", "--plugin", "coverage,save=a.cov", program], { cwd }),
      ceratops(["run", "--plugin", "coverage,save=b.cov,format=lcov,output=b.info", program, ...SEVEN], { cwd }),
    ]);
    deepEqual([one.status, one.stderr, other.status, other.stderr], [0, "", 1, ""]);
    deepEqual(await ceratops(["coverage", "merge", "a.cov", "b.cov", "-o", "sum.cov"], { cwd }), {
      ...{ status: 0, stdout: "", stderr: "" },
    });
    const [first, both] = await Promise.all(
      ["a.cov", "sum.cov"].map((file) => ceratops(["coverage", "report", file, "--format", "lcov"], { cwd })),
    );
    const second = counts(Deno.readTextFileSync(`${cwd}/b.info`));
    const expected = [...counts(first.stdout)].map(([line, count]) => [line, count + (second.get(line) ?? 0)]);
    deepEqual([...counts(both.stdout)], expected);
    const shown = await ceratops(["coverage", "show", "b.cov - a.cov"], { cwd });
    deepEqual([...shown.stdout.matchAll(/^ +\d+ +\d+ +(\w+) +program$/gm)].map(([, name]) => name).sort(), [
      ...["main", "never"],
    ]);
    const compared = await ceratops(["coverage", "diff", "a.cov", "b.cov", "--lines"], { cwd });
    const lines = [...compared.stdout.matchAll(/^([-+]) .*text\.c:(\d+):(.*)$/gm)];
    deepEqual(lines.map(([, mark, , text]) => [mark, text.trim()]), [
      ["+", "static int never(int x) {"],
      ["+", "if (x > 3)"],
      ["+", "return x * 2;"],
      ["+", "}"],
    ]);
  });
});

Deno.test("coverage report ends with status 1 if less ran than --fail-under says; so does run", async () => {
  await inFolder(async (cwd, program) => {
    const ran = await ceratops(
      ["run", "--plugin", "coverage,by=file,fail-under=99,save=a.cov,include=*.c,exclude=/usr", program],
      { cwd },
    );
    equal(ran.status, 1);
    match(ran.stderr, /87\.5% {2}42\/48 .*the report of plugin coverage failed: .*87\.5% of the lines ran, 42 of 48/s);
    const [fails, passes] = await Promise.all(
      ["88", "87"].map((percent) =>
        ceratops(["coverage", "report", "a.cov", "--by", "file", "--fail-under", percent], { cwd })
      ),
    );
    deepEqual([fails.status, passes.status], [1, 0]);
    match(fails.stderr, /^ceratops: 87\.5% of the lines ran, 42 of 48, and --fail-under is 88$/m);
    equal(passes.stderr, "");
  });
});

Deno.test("coverage says in one line what it cannot do", async () => {
  await inFolder(async (cwd, program) => {
    Deno.writeTextFileSync(`${cwd}/no.cov`, "no");
    const cases: [readonly string[], number, RegExp][] = [
      [
        ["show", "a.cov&b.cov"],
        1,
        /a\.cov&b\.cov: there is no such file; operators stand between spaces, as in A & B\n$/,
      ],
      [["report", "missing.cov"], 1, /^ceratops: Cannot read coverage from missing\.cov: there is no such file\n$/],
      [["report", "no.cov"], 1, /^ceratops: Cannot read coverage from no\.cov: it is not JSON; .*\n$/],
      [["show", "& no.cov"], 2, /^ceratops: Cannot evaluate & no\.cov: a file is missing before &\n$/],
      [["merge", "no.cov"], 2, /^ceratops: required option '-o, --output <file>' not specified\n.*\n$/],
      [["report", "no.cov", "--fail-under", "x"], 2, /^ceratops: Cannot use --fail-under x: .*\n$/],
    ];
    await Promise.all(cases.map(async ([args, status, message]) => {
      const outcome = await ceratops(["coverage", ...args], { cwd });
      match(outcome.stderr, message);
      equal(outcome.status, status);
    }));
    Deno.copyFileSync(program, `${cwd}/guest`);
    await ceratops(["run", "--plugin", "coverage,save=old.cov", "./guest"], { cwd });
    Deno.copyFileSync(await compile(SOURCE, ["-g", "-O1"]), `${cwd}/guest`);
    const changed = await ceratops(["coverage", "report", "old.cov"], { cwd });
    match(changed.stderr, /^ceratops: Cannot read .*guest: the program has changed since it ran; run it anew\n$/);
  });
});

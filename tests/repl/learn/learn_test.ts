/** The lessons: each is played through with its own solution, typed at the real prompt. */

import assert from "node:assert/strict";
import { CERATOPS, ceratops, type Outcome, ROOT } from "../cli/command.ts";
import { LESSONS } from "../../../repl/learn/lessons/mod.ts";
import { isSameAnswer } from "../../../repl/learn/lesson.ts";
import { Screen } from "../screen.ts";

/** Types lines in a lesson of a person with a home of their own. */
async function play(
  lesson: string,
  lines: readonly string[],
  use: (state: string, outcome: Outcome) => void | Promise<void>,
): Promise<void> {
  const state = await Deno.makeTempDir({ prefix: "ceratops-learn-" });
  try {
    const stdin = lines.map((line) => `${line}\n`).join("");
    await use(state, await ceratops(["learn", lesson], { stdin, env: { XDG_STATE_HOME: state } }));
  } finally {
    await Deno.remove(state, { recursive: true });
  }
}

/** Starts a lesson in a shell. */
const START = [`"${CERATOPS[0]}"`, ...CERATOPS.slice(1), "learn"].join(" ");

for (const { name, title, steps } of LESSONS) {
  Deno.test(`lesson ${name} is reached step by step with its own solution, typed at a terminal`, async () => {
    await using screen = await Screen.open(`${START} ${name}`, undefined, { columns: 80, rows: 45 });
    for (const [at, { solution }] of steps.entries()) {
      await screen.wait(new RegExp(`^Goal ${at + 1} of ${steps.length}:`, "m"));
      await screen.typeAll(solution);
      assert.equal((await screen.text()).match(/^Reached\./gm)?.length, at + 1, await screen.text());
    }
    const text = await screen.text();
    assert(text.includes(`That was the lesson "${title}".`), text);
    assert(!text.includes("That is not it"), text);
  });

  Deno.test(`lesson ${name} is not reached by typing nothing of use`, async () => {
    await play(name, ["1 + 1", "help run", "regs rip"], (_, { stdout }) => {
      assert(!stdout.includes("Reached."), stdout);
    });
  });
}

Deno.test("a lesson gives hints and then the solution, and refuses wrong answers", async () => {
  const [, first] = LESSONS[0].steps;
  const lines = ["answer 3", "hint", "hint", "hint", ...LESSONS[0].steps[0].solution, "answer 77", "goal"];
  await play("instruction", lines, (_, { status, stdout }) => {
    assert.equal(status, 1);
    assert.match(stdout, /Nothing is asked now; `goal` says what is to be done/);
  });
  await play("instruction", lines.slice(1), (_, { stdout }) => {
    const [one, two] = LESSONS[0].steps[0].hints;
    assert(stdout.includes(`${one}\n${two}\nThis does it:\n  break by_formula\n  run\n`), stdout);
    assert.match(stdout, /^That is not it; `hint` helps$/m);
    assert(stdout.endsWith(`Goal 2 of 4: ${first.goal}\n`), stdout);
  });
});

Deno.test("learn keeps the progress, lists it, and exports what was typed as Markdown", async () => {
  const { steps } = LESSONS[0];
  await play("instruction", steps.slice(0, 2).flatMap(({ solution }) => solution), async (state) => {
    const env = { XDG_STATE_HOME: state };
    assert.match((await ceratops(["learn"], { env })).stdout, /^2 of 4 {2}instruction +What is an instruction\?$/m);
    const to = `${state}/mine.md`;
    assert.equal((await ceratops(["learn", "instruction", "--export", to], { env })).stdout, `Wrote ${to}\n`);
    const markdown = await Deno.readTextFile(to);
    assert.match(
      markdown,
      /^# Session with sums\n\n```console\n[^]*\n\(ceratops\) break by_formula\nBreakpoint 1 at 0x/,
    );
    const none = await ceratops(["learn", "stack", "--export", to], { env });
    assert.match(none.stderr, /^ceratops: Cannot export lesson stack to .*: it was not started/);
    assert.equal(none.status, 1);
  });
  const unknown = await ceratops(["learn", "stak"]);
  assert.equal(unknown.stderr, "ceratops: Cannot start lesson stak: there is no such lesson; did you mean stack?\n");
  assert.equal(unknown.status, 2);
});

/** Writes a lesson to a file and has it checked. */
async function checkLesson(text: string, ...flags: readonly string[]): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-lesson-" });
  try {
    await Deno.writeTextFile(`${folder}/mine.ts`, text);
    await Deno.symlink("/bin/true", `${folder}/guest`);
    return await ceratops(["learn", `${folder}/mine.ts`, ...flags], { env: { XDG_STATE_HOME: folder } });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const STEP =
  `{ goal: "End.", hints: [], solution: ["run"], isReached: (s) => s.emulator.ended !== undefined, then: "" }`;
const lessonOf = (name: string, steps: string) =>
  `import { defineLesson } from "ceratops/repl";
  export default defineLesson({ name: "${name}", title: "T", program: "guest", text: "", steps: [${steps}] });`;

Deno.test("learn --check says whether the solutions of a lesson in a file reach its steps", async () => {
  const good = await checkLesson(lessonOf("mine", STEP), "--check");
  assert.equal(good.stdout, "mine: 1 of 1 steps are reached with their solutions\n");
  assert.equal(good.status, 0, good.stderr);
  const bad = await checkLesson(lessonOf("mine", STEP.replace(`["run"]`, `["1 + 1"]`)), "--check");
  assert.match(bad.stdout, /Goal 1 of 1: End\.[^]*mine: 0 of 1 steps are reached with their solutions\n$/);
  assert.equal(bad.status, 1);
});

Deno.test("learn refuses a file that has no lesson, and says why", async () => {
  const cases: [string, RegExp][] = [
    ["export const a = 1;", /mine\.ts: it does not export a lesson as its default; write export default defineLesson/],
    [lessonOf("stack", STEP), /mine\.ts: stack is the name of another lesson\n$/],
    [lessonOf("my lesson", STEP), /its name must be of letters, digits, _ and -, not my lesson\n$/],
    [lessonOf("mine", ""), /mine\.ts: it has no steps\n$/],
    [lessonOf("mine", STEP.replace(/isReached.*undefined, /, "")), /its step 1 has neither isReached nor answer\n$/],
    ["let a = ;", /^ceratops: Cannot start lesson .*mine\.ts: /],
  ];
  for (const [text, message] of cases) {
    const outcome = await checkLesson(text);
    assert.match(outcome.stderr, message);
    assert.notEqual(outcome.status, 0);
  }
  const missing = await ceratops(["learn", "./none.ts"]);
  assert.match(missing.stderr, /^ceratops: Cannot start lesson .*none\.ts: there is no file .*none\.ts\n$/);
});

Deno.test("a lesson's texts fit into a narrow terminal", async () => {
  await using screen = await Screen.open(`${START} password`, undefined, { columns: 40, rows: 45 });
  await screen.wait(/\(ceratops\)$/);
  await screen.typeAll(["hint", "hint"]);
  const { text, steps: [{ goal, hints }] } = LESSONS.find(({ name }) => name === "password")!;
  // Where a terminal breaks a line, it does so in the middle of a word.
  const words = (await screen.text()).replaceAll(/\s+/g, " ");
  for (const part of [text, goal, ...hints.slice(0, 2)]) {
    assert(words.includes(part.trim().replaceAll(/\s+/g, " ")), words);
  }
});

Deno.test("docs/learn.md lists the lessons in their order", async () => {
  const text = await Deno.readTextFile(`${ROOT}/docs/learn.md`);
  const rows = [...text.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name, title]) => ({ name, title }));
  assert.deepEqual(rows, LESSONS.map(({ name, title }) => ({ name, title })));
});

Deno.test("isSameAnswer() compares numbers by value and texts but for case", () => {
  for (const given of ["0x10", "16", "16n"]) assert(isSameAnswer(given, 16n));
  assert(!isSameAnswer("17", 16n) && !isSameAnswer("", 0));
  assert(isSameAnswer('"Odd"', "odd") && isSameAnswer(" STRCMP ", "strcmp") && !isSameAnswer("0x10", "odd"));
});

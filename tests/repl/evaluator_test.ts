/** Evaluation: what a console of a browser or of Node does. */

import assert from "node:assert/strict";
import { Evaluator, type Outcome } from "../../repl/prompt/evaluator.ts";

async function evaluate(...texts: readonly string[]): Promise<Outcome> {
  const evaluator = new Evaluator();
  try {
    let outcome: Outcome = { kind: "value", value: undefined };
    for (const text of texts) outcome = await evaluator.evaluate(text);
    return outcome;
  } finally {
    evaluator.close();
  }
}

Deno.test("evaluate() strips types, and lets const be declared again", async () => {
  const texts = ["const one: number = 1", "const one: bigint = 2n", "one as bigint"];
  assert.deepEqual(await evaluate(...texts), { kind: "value", value: 2n });
});

Deno.test("evaluate() awaits at top level, in expressions, declarations and statements", async () => {
  assert.deepEqual(await evaluate("await Promise.resolve(3)"), { kind: "value", value: 3 });
  const destructured = ["const { x, y = 4 } = await Promise.resolve({ x: 1 });", "x + y"];
  assert.deepEqual(await evaluate(...destructured), { kind: "value", value: 5 });
  assert.deepEqual(await evaluate("let n = 0; for (const k of [1, 2]) n += await k; n"), { kind: "value", value: 3 });
});

Deno.test("evaluate() hands out objects themselves, and remembers the last as _", async () => {
  const outcome = await evaluate("Uint8Array.of(1, 2)", "_.length");
  assert.deepEqual(outcome, { kind: "value", value: 2 });
  assert.deepEqual(await evaluate("{ a: 1 }"), { kind: "value", value: { a: 1 } });
});

Deno.test("evaluate() says what was thrown and in which line of the user's", async () => {
  const evaluator = new Evaluator();
  try {
    const outcome = await evaluator.evaluate('const f = () => {\n  throw new RangeError("far");\n};\nf()');
    assert(outcome.kind === "thrown" && outcome.error instanceof RangeError);
    assert.match(outcome.error.stack ?? "", /at f \(prompt-1:2:9\)/);
    assert.deepEqual(evaluator.sourceLine("prompt-1", 2), { text: '  throw new RangeError("far");', line: 2 });
  } finally {
    evaluator.close();
  }
});

Deno.test("evaluate() says what is wrong with a text that is no TypeScript", async () => {
  const outcome = await evaluate("a b");
  assert(outcome.kind === "thrown" && outcome.error instanceof SyntaxError);
  assert.match(outcome.error.message, /Unexpected identifier 'b'/);
});

Deno.test("abandon() gives up waiting for a promise that nothing settles", async () => {
  const evaluator = new Evaluator();
  try {
    const outcome = evaluator.evaluate("await new Promise(() => {})");
    setTimeout(() => evaluator.abandon(), 20);
    assert.deepEqual(await outcome, { kind: "abandoned" });
    assert.deepEqual(await evaluator.evaluate("1 + 1"), { kind: "value", value: 2 });
  } finally {
    evaluator.close();
  }
});

Deno.test("closure() makes a function that is called without waiting", async () => {
  const evaluator = new Evaluator();
  try {
    assert.equal((await evaluator.closure("6 * 7"))(), 42);
    await assert.rejects(evaluator.closure("6 *"), SyntaxError);
  } finally {
    evaluator.close();
  }
});

Deno.test("evaluate() is not disturbed by garbage collections, whenever they come", async () => {
  const code = `
    import { Evaluator } from "${new URL("../../repl/prompt/evaluator.ts", import.meta.url).href}";
    const evaluator = new Evaluator();
    let sum = 0;
    for (let turn = 0; turn < 1500; turn++) {
      const texts = [\`() => \${turn}\`, \`const kept = \${turn}; kept\`, \`await Promise.resolve(\${turn})\`];
      const outcome = await evaluator.evaluate(texts[turn % 3]);
      if (turn % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      sum += Number(typeof outcome.value === "function" ? outcome.value() : outcome.value);
    }
    evaluator.close();
    console.log(sum);`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--stress-scavenge=20", code],
    cwd: new URL("../..", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), String(1500 * 1499 / 2), new TextDecoder().decode(stderr));
});

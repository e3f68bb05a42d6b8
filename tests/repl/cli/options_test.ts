import assert from "node:assert/strict";
import { hostProblem } from "../../../repl/cli/host.ts";
import { addVariable, readCount, readPluginRequest } from "../../../repl/cli/options.ts";
import { statisticsText } from "../../../repl/cli/stats.ts";

Deno.test("readPluginRequest() reads a name and its parameters", () => {
  assert.deepEqual(readPluginRequest("coverage"), { name: "coverage", params: {} });
  assert.deepEqual(readPluginRequest("./a.ts,x=1,y="), { name: "./a.ts", params: { x: "1", y: "" } });
  assert.deepEqual(readPluginRequest("a,loud,x=b=c"), { name: "a", params: { loud: "true", x: "b=c" } });
  assert.deepEqual(readPluginRequest("a,within=main,libc.so.6,n=2"), {
    name: "a",
    params: { within: "main,libc.so.6", n: "2" },
  });
});

Deno.test("readPluginRequest() refuses what is not key=value", () => {
  assert.throws(() => readPluginRequest(""), /its name is missing/);
  assert.throws(() => readPluginRequest("a,=1"), /Cannot use plugin a: =1 is not key=value/);
  assert.throws(() => readPluginRequest("a,"), /nothing is not key=value/);
});

Deno.test("addVariable() splits at the first =", () => {
  assert.deepEqual(addVariable("A=b=c", { B: "1" }), { A: "b=c", B: "1" });
  assert.throws(() => addVariable("=b", {}), /Cannot set =b: write it as NAME=VALUE/);
});

Deno.test("readCount() takes whole numbers above 0 only", () => {
  assert.equal(readCount("12"), 12);
  for (const text of ["0", "-1", "1.5", "x", ""]) assert.throws(() => readCount(text), /not a whole number above 0/);
});

Deno.test("statisticsText() is a table with units", () => {
  const text = statisticsText({
    instructions: 41_234_567,
    blocks: 1234,
    systemCalls: 56,
    milliseconds: 500,
    peakMemory: 64 * 1024 * 1024,
  });
  assert.match(text, /^instructions +41234567$/m);
  assert.match(text, /^wall time +0\.500 s$/m);
  assert.match(text, /^instructions per second +82\.5 M$/m);
  assert.match(text, /^peak memory +64\.0 MiB$/m);
});

Deno.test("hostProblem() says what to do on a host whose kernel cannot answer guests", () => {
  assert.equal(hostProblem({ os: "linux", arch: "x86_64" }), undefined);
  assert.match(
    hostProblem({ os: "darwin", arch: "aarch64" }) ?? "",
    /this is darwin on aarch64; use a Linux container/,
  );
  assert.match(hostProblem({ os: "linux", arch: "aarch64" }) ?? "", /needs Linux on x86-64/);
});

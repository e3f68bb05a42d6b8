import assert from "node:assert/strict";
import { compile } from "../../programs/compile.ts";
import { ceratops, FIB, ROOT, run, type RunOptions } from "./command.ts";

/** A guest that copies its input to both outputs, shows its arguments, and ends with a status of its own. */
const ECHO = `#include <stdio.h>
int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("[%s]", argv[i]);
  for (int c; (c = getchar()) != EOF; ) { putchar(c); fputc(c ^ 1, stderr); }
  return 42;
}`;

/** Runs a program natively and as a guest, and compares everything. By env(1), so that its own name is as typed. */
async function compare(command: readonly string[], options: RunOptions = {}): Promise<void> {
  assert.deepEqual(await ceratops(["run", ...command], options), await run(["env", ...command], options));
}

Deno.test("run passes arguments, standard streams and the exit status through", async () => {
  const program = await compile(ECHO);
  await compare([program, "--help", "-x", "--", "--plugin", "", "a b", "*"], { stdin: "some input\n".repeat(20_000) });
  await compare([program], { stdin: "" });
});

Deno.test("run finds a program in the PATH as a shell does, and gives it its name as it was typed", async () => {
  await compare(["sh", "-c", "echo $0; exit 3"]);
});

Deno.test("run starts a program by a path relative to the caller's folder", async () => {
  await compare(["./fib"], { cwd: `${ROOT}/tests/guests` });
  await compare(["guests/fib"], { cwd: `${ROOT}/tests` });
});

Deno.test("run --env sets variables, and the rest of the environment is the caller's", async () => {
  const options = { env: { KEPT: "1", CHANGED: "old" } };
  const { stdout } = await ceratops(["run", "--env", "CHANGED=new=er", "--env", "ADDED=", "env"], options);
  const lines = stdout.split("\n");
  for (const line of ["KEPT=1", "CHANGED=new=er", "ADDED="]) assert.ok(lines.includes(line), line);
  assert.ok(!lines.includes("CHANGED=old"));
});

Deno.test("run --cwd is the guest's folder; the program's path still starts from the caller's", async () => {
  const program = await compile(
    `#include <stdio.h>\n#include <unistd.h>\nint main(void) { char b[999]; puts(getcwd(b, 999)); }`,
  );
  const folder = program.slice(0, program.lastIndexOf("/"));
  const { stdout, stderr } = await ceratops(["run", "--cwd", "/usr", "./program"], { cwd: folder });
  assert.deepEqual([stdout, stderr], ["/usr\n", ""]);
});

Deno.test("run --sysroot is what the guest sees as /", async () => {
  const root = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${root}/bin`);
    Deno.copyFileSync(FIB, `${root}/bin/fib`);
    const outcome = await ceratops(["run", "--sysroot", root, "--env", "PATH=/nowhere:/bin", "fib"]);
    assert.deepEqual(outcome, { status: 0, stdout: "fib(10) = 55\n", stderr: "" });
    assert.deepEqual((await ceratops(["run", "--sysroot", root, "/bin/fib"])).stdout, "fib(10) = 55\n");
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});

Deno.test("run --strace shows system calls as strace(1) does, on standard error", async () => {
  const { status, stdout, stderr } = await ceratops(["run", "--strace", FIB]);
  assert.deepEqual([status, stdout], [0, "fib(10) = 55\n"]);
  assert.match(stderr, /^write\(1, "fib\(10\) = 55\\n", 13\) += 13\nexit\(0\) += \?\n$/);
});

Deno.test("run --stats counts what gdb and the tutorial count", async () => {
  const { stdout, stderr } = await ceratops(["run", "--stats", FIB]);
  assert.equal(stdout, "fib(10) = 55\n");
  assert.match(stderr, /^instructions +2627$/m);
  assert.match(stderr, /^system calls +2$/m);
  for (const name of ["blocks", "wall time", "instructions per second", "peak memory"]) {
    assert.match(stderr, new RegExp(`^${name} +[0-9]`, "m"));
  }
});

Deno.test("run says what a guest without a handler did, and ends with 128 and the signal's number", async () => {
  const program = await compile(`int main(int argc, char **argv) { return *(volatile int *)(argc * 0x1234L); }`, [
    "-O1",
  ]);
  const { status, stderr } = await ceratops(["run", program]);
  assert.equal(status, 128 + 11);
  assert.match(
    stderr,
    /^ceratops: SIGSEGV: .*read.* 0x1234 at 0x[0-9a-f]+ \(main(?:\+0x[0-9a-f]+)?\): mov .*, with r\w+=0x1234$/m,
  );
});

Deno.test("run ends with 128 and the number of a signal that the guest sends itself", async () => {
  for (const [name, number] of [["TERM", 15], ["INT", 2], ["KILL", 9]] as const) {
    const { status, stderr } = await ceratops(["run", "sh", "-c", `kill -${name} $$`]);
    assert.equal(status, 128 + number);
    assert.equal(stderr, name === "INT" ? "" : `ceratops: the guest was ended by SIG${name}\n`);
  }
});

import assert from "node:assert/strict";
import { CommandLineError } from "../../../repl/cli/errors.ts";
import { findProgram } from "../../../repl/cli/find_program.ts";

/** Folders with programs, as execvp(3) may meet them. */
function folders() {
  const root = Deno.makeTempDirSync();
  for (const name of ["first", "second", "root/bin"]) Deno.mkdirSync(`${root}/${name}`, { recursive: true });
  Deno.mkdirSync(`${root}/first/folder`);
  const file = (path: string, mode: number) => Deno.writeTextFileSync(`${root}/${path}`, "", { mode });
  file("first/denied", 0o644);
  file("second/denied", 0o755);
  file("first/only", 0o644);
  file("second/both", 0o755);
  file("first/both", 0o755);
  file("here", 0o755);
  file("root/bin/inside", 0o755);
  return { root, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

const failure = (status: number, message: RegExp) => (error: unknown) =>
  error instanceof CommandLineError && error.status === status && message.test(error.message);

Deno.test("findProgram() searches the PATH in order, and goes on after what cannot be executed", () => {
  using made = folders();
  const { root } = made;
  const options = { path: `${root}/first:${root}/second`, cwd: root };
  assert.equal(findProgram("both", options), `${root}/first/both`);
  assert.equal(findProgram("denied", options), `${root}/second/denied`);
  assert.throws(() => findProgram("only", options), failure(126, /first\/only: it is not executable/));
  assert.throws(() => findProgram("folder", options), failure(126, /it is a directory/));
  assert.throws(() => findProgram("none", options), failure(127, /no directory of the PATH has it$/));
  assert.throws(
    () => findProgram("here", options),
    failure(127, /the PATH has it; for the file of this folder, write \.\/here$/),
  );
  assert.throws(() => findProgram("", options), failure(127, /a program without a name/));
});

Deno.test("findProgram() takes an empty part of the PATH for the working directory, as execvp(3) does", () => {
  using made = folders();
  const { root } = made;
  assert.equal(findProgram("here", { path: `${root}/first:`, cwd: root }), `${root}/here`);
  assert.equal(findProgram("sh", { path: undefined, cwd: root }), "/bin/sh");
});

Deno.test("findProgram() takes a name with a slash as it is, from the working directory", () => {
  using made = folders();
  const { root } = made;
  assert.equal(findProgram("./here", { path: "", cwd: root }), `${root}/here`);
  assert.equal(findProgram("../here", { path: "", cwd: `${root}/first` }), `${root}/here`);
});

Deno.test("findProgram() looks inside the system root and names the program as the guest sees it", () => {
  using made = folders();
  const options = { path: "/sbin:/bin", cwd: "/", sysroot: `${made.root}/root` };
  assert.equal(findProgram("inside", options), "/bin/inside");
  assert.equal(findProgram("/bin/inside", options), "/bin/inside");
});

import assert from "node:assert/strict";
import { temporaryFolder } from "./ffi/fake_library.ts";

const LAUNCHER = new URL("../ceratops", import.meta.url).pathname;

/**
 * A copy of the launcher beside a mod.ts that prints its arguments and a deno.json whose tasks print theirs, an empty
 * cache, and a folder of programs with what a shell script needs but no Deno and no npm.
 */
function machine(root: string) {
  for (const folder of ["project", "caller", "cache/ceratops/lib", "programs"]) {
    Deno.mkdirSync(`${root}/${folder}`, { recursive: true });
  }
  Deno.copyFileSync(LAUNCHER, `${root}/project/ceratops`);
  Deno.writeTextFileSync(`${root}/project/deno.json`, `{ "tasks": { "ok": "echo gate", "test": "echo tests" } }`);
  Deno.writeTextFileSync(
    `${root}/project/mod.ts`,
    `console.log(JSON.stringify(Deno.args));
     if (Deno.args[0] === "setup") for (const name of ["libunicorn.so.2", "libcapstone.so.5"])
       Deno.writeTextFileSync(Deno.env.get("XDG_CACHE_HOME") + "/ceratops/lib/" + name, "");
     if (Deno.args[0] === "exit") Deno.exit(Number(Deno.args[1]));`,
  );
  for (const program of ["sh", "id", "mkdir", "mv", "rm", "readlink", "cat", "ln"]) {
    const path = ["/usr/bin", "/bin"].map((folder) => `${folder}/${program}`).find((path) => isThere(path));
    if (path !== undefined) Deno.symlinkSync(path, `${root}/programs/${program}`);
  }
  const program = (name: string, text: string) =>
    Deno.writeTextFileSync(`${root}/programs/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const withLibraries = () => {
    for (const name of ["libunicorn.so.2", "libcapstone.so.5"]) {
      Deno.writeTextFileSync(`${root}/cache/ceratops/lib/${name}`, "");
    }
  };
  const run = async (args: readonly string[], env: Record<string, string> = {}, path = `${root}/project/ceratops`) => {
    const output = await new Deno.Command(path, {
      args: [...args],
      cwd: `${root}/caller`,
      clearEnv: true,
      env: { PATH: `${root}/programs`, HOME: root, XDG_CACHE_HOME: `${root}/cache`, DENO_DIR: `${root}/deno`, ...env },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
  };
  return { program, withLibraries, run };
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const deno = { CERATOPS_DENO: Deno.execPath() };

Deno.test("ceratops passes its arguments and the exit status through, started by a link from anywhere", async () => {
  using folder = temporaryFolder();
  const { run, withLibraries } = machine(folder.path);
  withLibraries();
  for (const name of ["deno.json", "package.json"]) {
    Deno.writeTextFileSync(`${folder.path}/caller/${name}`, "{ not for us");
  }
  Deno.mkdirSync(`${folder.path}/bin`);
  Deno.symlinkSync("../project/ceratops", `${folder.path}/bin/one`);
  Deno.symlinkSync(`${folder.path}/bin/one`, `${folder.path}/two`);
  const passed = await run(["run", "--flag", "a b", "", "*"], deno, `${folder.path}/two`);
  assert.deepEqual(passed, { code: 0, stdout: `["run","--flag","a b","","*"]\n`, stderr: "" });
  assert.equal((await run(["exit", "7"], deno)).code, 7);
});

Deno.test("ceratops sets the libraries up first when they are missing, on standard error", async () => {
  using folder = temporaryFolder();
  const { run } = machine(folder.path);
  assert.deepEqual(await run(["--help"], deno), { code: 0, stdout: `["--help"]\n`, stderr: "" });
  assert.deepEqual(await run(["run", "x"], deno), { code: 0, stdout: `["run","x"]\n`, stderr: `["setup"]\n` });
  assert.deepEqual(await run(["run", "x"], deno), { code: 0, stdout: `["run","x"]\n`, stderr: "" });
});

Deno.test("ceratops test runs the gate, and with arguments the tests only", async () => {
  using folder = temporaryFolder();
  const { run, withLibraries } = machine(folder.path);
  withLibraries();
  assert.equal((await run(["test"], deno)).stdout, "gate\n");
  assert.equal((await run(["test", "tests/ffi", "--filter", "a b"], deno)).stdout, "tests tests/ffi --filter a b\n");
});

Deno.test("ceratops deno runs Deno in the caller's folder", async () => {
  using folder = temporaryFolder();
  const { run, withLibraries } = machine(folder.path);
  withLibraries();
  Deno.writeTextFileSync(`${folder.path}/caller/own.ts`, `console.log(Deno.args, Deno.cwd().endsWith("caller"));`);
  const { code, stdout } = await run(["deno", "run", "--no-config", "-A", "own.ts", "a b"], deno);
  assert.deepEqual([code, stdout], [0, `[ "a b" ] true\n`]);
});

Deno.test("ceratops takes Deno from the PATH when it is recent enough", async () => {
  using folder = temporaryFolder();
  const { run, program, withLibraries } = machine(folder.path);
  withLibraries();
  for (
    const [version, fits] of [["2.9.0", true], ["3.0.1", true], ["2.10.3", true], ["2.8.9", false], ["1.46.3", false]]
  ) {
    program("deno", `[ "$1" = --version ] && echo "deno ${version} (stable)" || echo ran`);
    const { code, stdout, stderr } = await run(["x"]);
    if (fits) assert.deepEqual([code, stdout], [0, "ran\n"], `${version}: ${stderr}`);
    else assert.match(stderr, /^ceratops: Deno 2\.9 or newer is not here, and neither is npm to get it/, `${version}`);
  }
});

Deno.test("ceratops refuses a CERATOPS_DENO that will not do", async () => {
  using folder = temporaryFolder();
  const { run } = machine(folder.path);
  const { code, stderr } = await run(["x"], { CERATOPS_DENO: "/nowhere/deno" });
  assert.equal(code, 1);
  assert.match(stderr, /CERATOPS_DENO is \/nowhere\/deno, which is not Deno 2\.9 or newer: correct it or unset it/);
});

Deno.test("ceratops installs Deno by npm into the private folder, once", async () => {
  using folder = temporaryFolder();
  const { run, program, withLibraries } = machine(folder.path);
  withLibraries();
  program(
    "npm",
    `echo npm >>"${folder.path}/calls"; mkdir -p "$3/node_modules/@deno/host"
    ln -s "${Deno.execPath()}" "$3/node_modules/@deno/host/deno"`,
  );
  const first = await run(["x"]);
  assert.deepEqual([first.code, first.stdout], [0, `["x"]\n`], first.stderr);
  assert.match(first.stderr, /installing Deno from npm into .*\/cache\/ceratops\/deno/);
  assert.deepEqual(await run(["y"]), { code: 0, stdout: `["y"]\n`, stderr: "" });
  assert.equal(Deno.readTextFileSync(`${folder.path}/calls`), "npm\n");
});

Deno.test("ceratops leaves nothing behind when npm fails", async () => {
  using folder = temporaryFolder();
  const { run, program } = machine(folder.path);
  program("npm", "exit 3");
  const { code, stderr } = await run(["x"]);
  assert.equal(code, 1);
  assert.match(stderr, /npm could not install Deno/);
  assert.deepEqual([...Deno.readDirSync(`${folder.path}/cache/ceratops`)].map(({ name }) => name), ["lib"]);
});

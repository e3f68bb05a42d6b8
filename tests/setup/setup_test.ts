import assert from "node:assert/strict";
import { searchLibrary } from "../../mod.ts";
import { doctor } from "../../repl/setup/doctor.ts";
import { setup } from "../../repl/setup/setup.ts";
import type { Way } from "../../repl/setup/way.ts";
import { buildLibrary, temporaryFolder, versionByC } from "../ffi/fake_library.ts";

const SYMBOLS = { unicorn: "uc_version", capstone: "cs_version" } as const;

/** An environment of the given variables only. */
function environment(variables: Record<string, string>) {
  return (variable: string): string | undefined => variables[variable];
}

/** Runs a command and returns its status and what it told. */
async function tell(command: (print: (line: string) => void) => Promise<number>) {
  const lines: string[] = [];
  const status = await command((line) => void lines.push(line));
  return { status, text: lines.join("\n") };
}

/** A way that leaves libraries of the given version, as a package that was unpacked would. */
function fakeWay(version: [number, number, number], calls: string[][] = []): Way {
  return {
    title: `Version ${version.join(".")}`,
    isHere: () => Promise.resolve(true),
    get: async (libraries, { folder }) => {
      calls.push([...libraries]);
      for (const name of libraries) {
        await buildLibrary(`${folder}/usr/lib/lib${name}.so.9`, SYMBOLS[name], version);
      }
      return undefined;
    },
  };
}

/** Whether this machine has recent libraries outside the private folder, which a search would find. */
function hasOwn(): boolean {
  return (["unicorn", "capstone"] as const).some((name) =>
    searchLibrary(name, () => undefined).some(({ problem }) => problem === undefined)
  );
}
const needsBareMachine = { ignore: hasOwn() };

Deno.test(
  "setup() tries the next way when a library is too old, and takes over one that will do",
  needsBareMachine,
  async () => {
    using cache = temporaryFolder();
    const env = environment({ XDG_CACHE_HOME: cache.path });
    const calls: string[][] = [];
    const ways = [fakeWay([2, 0, 0]), fakeWay([2, 5, 0], calls), fakeWay([5, 1, 0], calls)];
    const { status, text } = await tell((print) => setup({ print, env, ways }));
    assert.equal(status, 0, text);
    assert.deepEqual(calls, [["unicorn", "capstone"], ["capstone"]]);
    assert.match(text, /libunicorn\.so\.9: too old: 2\.0\.0/);
    assert.match(text, /Unicorn 2\.5\.0: .*\/ceratops\/lib\/libunicorn\.so\.2/);
    assert.deepEqual([...Deno.readDirSync(`${cache.path}/ceratops`)].map(({ name }) => name), ["lib"]);

    const again = await tell((print) => setup({ print, env, ways: [] }));
    assert.equal(again.status, 0);
    assert.doesNotMatch(again.text, /not found/);
  },
);

Deno.test("setup() fails and says what to do when no way helps", needsBareMachine, async () => {
  using cache = temporaryFolder();
  const env = environment({ XDG_CACHE_HOME: cache.path });
  const { status, text } = await tell((print) => setup({ print, env, ways: [] }));
  assert.equal(status, 1);
  assert.match(text, /Cannot get Capstone\. Install or build version 5\.0 or newer, and set CERATOPS_CAPSTONE/);
});

Deno.test("setup() links a library that was found elsewhere into the private folder", async () => {
  using cache = temporaryFolder();
  using other = temporaryFolder();
  await buildLibrary(`${other.path}/libunicorn.so.2`, "uc_version", [2, 1, 9]);
  await buildLibrary(`${other.path}/libcapstone.so.5`, "cs_version", [5, 0, 0]);
  const env = environment({ XDG_CACHE_HOME: cache.path, LD_LIBRARY_PATH: other.path });
  const { status, text } = await tell((print) => setup({ print, env, ways: [] }));
  assert.equal(status, 0, text);
  assert.equal(
    Deno.realPathSync(`${cache.path}/ceratops/lib/libunicorn.so.2`),
    Deno.realPathSync(`${other.path}/libunicorn.so.2`),
  );
});

Deno.test("setup() leaves a file that the user named to the user", async () => {
  using cache = temporaryFolder();
  const env = environment({ XDG_CACHE_HOME: cache.path, CERATOPS_UNICORN: "/nowhere.so" });
  const { status, text } = await tell((print) => setup({ print, env, ways: [] }));
  assert.equal(status, 1);
  assert.match(text, /CERATOPS_UNICORN, which is \/nowhere\.so: correct the variable or unset it/);
});

Deno.test("setup() says so when there is no folder to keep anything in", async () => {
  const { status, text } = await tell((print) => setup({ print, env: environment({}), ways: [] }));
  assert.equal(status, 1);
  assert.match(text, /set HOME or XDG_CACHE_HOME/);
});

Deno.test("doctor() tells what is used, what is too old, and the command that mends it", async () => {
  using folder = temporaryFolder();
  await buildLibrary(`${folder.path}/ceratops/lib/libunicorn.so.2`, "uc_version", [2, 1, 8]);
  await buildLibrary(`${folder.path}/old.so`, "cs_version", [4, 0, 0]);
  const variables = { XDG_CACHE_HOME: folder.path, CERATOPS_CAPSTONE: `${folder.path}/old.so` };
  const { status, text } = await tell((print) => doctor({ print, env: environment(variables) }));
  assert.equal(status, 1);
  assert.match(text, /used +2\.1\.8 +\S+libunicorn\.so\.2 \(private folder\)/);
  assert.match(text, /too old +4\.0 +\S+old\.so \(environment\)/);
  assert.match(text, /^To mend it: unset CERATOPS_CAPSTONE$/m);
});

Deno.test("doctor() finds nothing amiss after the set-up", async () => {
  const { status, text } = await tell((print) => doctor({ print }));
  assert.equal(status, 0, text);
  assert.match(text, /^Everything is in place$/m);
});

Deno.test("setup() gets real libraries through this machine's apt and mirror", async (t) => {
  const reason = hasOwn() ? "the system has them" : hasApt() ? undefined : "no apt-get here";
  if (reason !== undefined) return console.log(`Skipped: ${reason}`);
  using cache = temporaryFolder();
  const env = environment({ XDG_CACHE_HOME: cache.path });
  const { status, text } = await tell((print) => setup({ print, env }));
  assert.equal(status, 0, text);
  for (const [name, file] of [["unicorn", "libunicorn.so.2"], ["capstone", "libcapstone.so.5"]] as const) {
    await t.step(`${name} loads in a C program and is recent`, async () => {
      const [major, minor] = await versionByC(cache.path, `${cache.path}/ceratops/lib/${file}`, SYMBOLS[name]);
      assert(name === "unicorn" ? major === 2 && minor >= 1 : major === 5, `${major}.${minor}`);
    });
  }
});

function hasApt(): boolean {
  try {
    return ["/usr/bin/apt-get", "/usr/bin/dpkg-deb"].every((path) => Deno.statSync(path).isFile);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

import assert from "node:assert/strict";
import { LibraryNotFoundError } from "../../engine/ffi/errors.ts";
import { checkLibrary, findLibrary, searchLibrary } from "../../engine/ffi/find_library.ts";
import { type LibraryName, libraryPlaces, privateFolder } from "../../engine/ffi/library_places.ts";
import { buildLibrary, temporaryFolder, versionByC } from "./fake_library.ts";

function environment(variables: Record<string, string>) {
  return (variable: string): string | undefined => variables[variable];
}

function refusal(call: () => unknown): LibraryNotFoundError {
  try {
    call();
  } catch (error) {
    if (error instanceof LibraryNotFoundError) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}

for (const [name, symbol] of [["unicorn", "uc_version"], ["capstone", "cs_version"]] as const) {
  Deno.test(`findLibrary() reads the version of ${name} that a C program reads`, async () => {
    using folder = temporaryFolder();
    const found = findLibrary(name);
    const [major, minor, packed] = await versionByC(folder.path, found.path, symbol);
    const patch = (packed >>> 8) & 0xff;
    assert.equal(found.version, name === "unicorn" ? `${major}.${minor}.${patch}` : `${major}.${minor}`);
  });
}

Deno.test("findLibrary() prefers the environment's file to the private folder's", async () => {
  using folder = temporaryFolder();
  const own = `${folder.path}/ceratops/lib/libunicorn.so.2`;
  const other = `${folder.path}/other.so`;
  await buildLibrary(own, "uc_version", [2, 1, 1]);
  await buildLibrary(other, "uc_version", [2, 2, 7]);
  const cache = { XDG_CACHE_HOME: folder.path };
  assert.deepEqual(
    findLibrary("unicorn", environment({ ...cache, CERATOPS_UNICORN: other })),
    { name: "unicorn", path: other, version: "2.2.7", origin: "environment" },
  );
  assert.deepEqual(
    findLibrary("unicorn", environment(cache)),
    { name: "unicorn", path: own, version: "2.1.1", origin: "private folder" },
  );
});

Deno.test("findLibrary() refuses an unfit file of the environment and does not look further", () => {
  const error = refusal(() => findLibrary("capstone", environment({ CERATOPS_CAPSTONE: "/nowhere/libcapstone.so" })));
  assert.equal(error.library, "capstone");
  assert.deepEqual(error.tried, [{ path: "/nowhere/libcapstone.so", problem: "no such file", absent: false }]);
  assert.match(error.message, /CERATOPS_CAPSTONE.*correct the variable or unset it/);
});

Deno.test("checkLibrary() tells what is wrong with a file", async (t) => {
  using folder = temporaryFolder();
  const cases: readonly [LibraryName, string, [number, number, number], RegExp | undefined][] = [
    ["unicorn", "uc_version", [1, 0, 3], /^too old: 1\.0, and 2\.1 or newer is needed$/],
    ["unicorn", "uc_version", [2, 0, 1], /^too old: 2\.0\.1, and 2\.1 or newer is needed$/],
    ["unicorn", "uc_version", [2, 1, 0], undefined],
    ["unicorn", "uc_version", [3, 0, 0], /^too new: 3\.0\.0, and a version before 3 is needed$/],
    ["capstone", "cs_version", [4, 0, 2], /^too old: 4\.0, and 5\.0 or newer is needed$/],
    ["capstone", "cs_version", [5, 0, 7], undefined],
    ["capstone", "cs_version", [6, 0, 0], /^too new: 6\.0, and a version before 6 is needed$/],
    ["capstone", "something_else", [5, 0, 0], /cs_version/],
  ];
  for (const [name, symbol, version, expected] of cases) {
    await t.step(`${name} by ${symbol} ${version.join(".")}`, async () => {
      const path = `${folder.path}/${symbol}-${version.join("-")}.so`;
      await buildLibrary(path, symbol, version);
      const { problem } = checkLibrary(name, path);
      if (expected === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? "", expected);
    });
  }
  await t.step("a file that is no library", () => {
    assert.match(checkLibrary("unicorn", "/etc/passwd").problem ?? "", /invalid ELF header|file too short/);
  });
});

Deno.test("searchLibrary() finds the Python packages' libraries, too old ones included, each file once", async () => {
  using folder = temporaryFolder();
  const old = `${folder.path}/lib/python3.10/site-packages/unicorn/lib/libunicorn.so.2`;
  const recent = `${folder.path}/lib/python3.12/site-packages/unicorn/lib/libunicorn.so.2`;
  await buildLibrary(old, "uc_version", [2, 0, 1]);
  await buildLibrary(recent, "uc_version", [2, 1, 4]);
  await Deno.symlink("libunicorn.so.2", recent.replace(".so.2", ".so"));
  const found = searchLibrary("unicorn", environment({ VIRTUAL_ENV: folder.path }))
    .filter(({ path }) => path.startsWith(folder.path));
  assert.deepEqual(found.map(({ path, version, origin }) => ({ path, version, origin })), [
    { path: old, version: "2.0.1", origin: "Python package" },
    { path: recent, version: "2.1.4", origin: "Python package" },
  ]);
});

Deno.test("libraryPlaces() goes from the environment to the private folder, the loader, the prefixes, and Python", () => {
  const env = environment({ CERATOPS_UNICORN: "/x.so", HOME: "/home/x", LD_LIBRARY_PATH: "/lib/x", PYTHONPATH: "/py" });
  const places = [...libraryPlaces("unicorn", env)];
  const origins = places.map(({ origin }) => origin);
  assert.deepEqual([...new Set(origins)], ["environment", "private folder", "loader", "prefix", "Python package"]);
  assert.deepEqual(origins, origins.toSorted((a, b) => origins.indexOf(a) - origins.indexOf(b)));
  assert(places.some(({ path }) => path.startsWith("/lib/x/")));
  assert(places.some(({ path }) => path.startsWith("/py/unicorn/lib/")));
});

Deno.test("privateFolder() follows the XDG base directory specification", () => {
  assert.equal(privateFolder(environment({ XDG_CACHE_HOME: "/c", HOME: "/h" })), "/c/ceratops");
  assert.equal(privateFolder(environment({ XDG_CACHE_HOME: "c", HOME: "/h" })), "/h/.cache/ceratops");
  assert.equal(privateFolder(environment({ XDG_CACHE_HOME: "", HOME: "/h" })), "/h/.cache/ceratops");
  assert.equal(privateFolder(environment({})), undefined);
});

/**
 * Shared libraries that claim a version: what the tests of finding and fetching libraries work with, and the version of
 * a real library as C sees it. Needs gcc.
 */

/** A new folder that is removed with the returned value. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "ceratops-test-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Compiles a library whose `uc_version` or `cs_version` answers as the real one of that version would. */
export async function buildLibrary(path: string, symbol: string, version: readonly [number, number, number]) {
  const [major, minor, patch] = version;
  const packed = symbol === "uc_version" && major >= 2
    ? `${major} << 24 | ${minor} << 16 | ${patch} << 8 | 0xff`
    : `${major} << 8 | ${minor}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await compile(
    path,
    ["-shared", "-fPIC"],
    `
    unsigned ${symbol}(unsigned *major, unsigned *minor) {
      *major = ${major};
      *minor = ${minor};
      return ${packed};
    }`,
  );
}

/** Asks a library for its version by a C program: "major minor packed". */
export async function versionByC(folder: string, path: string, symbol: string): Promise<readonly number[]> {
  await compile(
    `${folder}/version`,
    [],
    `
    #include <dlfcn.h>
    #include <stdio.h>
    int main(int argc, char **argv) {
      unsigned (*version)(unsigned *, unsigned *) = dlsym(dlopen(argv[1], RTLD_NOW), argv[2]);
      unsigned major, minor, packed = version(&major, &minor);
      printf("%u %u %u", major, minor, packed);
    }`,
  );
  const { stdout } = await new Deno.Command(`${folder}/version`, { args: [path, symbol] }).output();
  return new TextDecoder().decode(stdout).split(" ").map(Number);
}

async function compile(output: string, options: readonly string[], source: string) {
  await Deno.writeTextFile(`${output}.c`, source);
  const args = [...options, "-o", output, `${output}.c`, "-ldl"];
  const { success, stderr } = await new Deno.Command("gcc", { args }).output();
  if (!success) throw new Error(`Cannot compile ${output}: ${new TextDecoder().decode(stderr)}`);
  await Deno.remove(`${output}.c`);
}

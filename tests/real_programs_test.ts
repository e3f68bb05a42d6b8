/** Programs of the machine, unmodified: each prints and returns on Ceratops what it does natively. */

import { assertSame } from "./programs/comparison.ts";
import { compile } from "./programs/compile.ts";

const LINES = Array.from({ length: 20_000 }, (_, index) => `${(index * 7919) % 100_003} ${index} line`).join("\n") +
  "\n";

/** A folder with a large file, the same for all. */
async function withFile(work: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-real-" });
  try {
    await Deno.writeTextFile(`${folder}/large`, LINES);
    await work(`${folder}/large`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("coreutils print what they print natively", () =>
  withFile(async (large, folder) => {
    await Deno.mkdir(`${folder}/sub`);
    await Deno.symlink("large", `${folder}/sub/link`);
    await assertSame(["/bin/ls", "-lAR", folder]);
    await assertSame(["/bin/ls", "-l", "/usr"]);
    await assertSame(["/bin/cat", large]);
    await assertSame(["/usr/bin/sort", large]);
    await assertSame(["/usr/bin/sort", "-n", "-k2", "-r", large]);
    await assertSame(["/usr/bin/sha256sum", large]);
    await assertSame(["/usr/bin/md5sum", large]);
    await assertSame(["/usr/bin/wc", large]);
    await assertSame(["/usr/bin/tr", "a-z", "A-Z"], { input: LINES });
    await assertSame(["/bin/false"]);
    await assertSame(["/usr/bin/env"]);
  }));

Deno.test("text tools print what they print natively", () =>
  withFile(async (large) => {
    await assertSame(["/bin/grep", "-rn", "include", "/usr/include/x86_64-linux-gnu/bits"]);
    await assertSame(["/bin/grep", "-c", "^[0-9]*7 ", large]);
    await assertSame(["/bin/sed", "-n", "s/^\\([0-9]*\\) \\([0-9]*99\\) /\\2-\\1 /p", large]);
    await assertSame(["/usr/bin/awk", "{ sum += $1 * 1.5 } END { print sum, NR }", large]);
    await assertSame(["/usr/bin/find", "/usr/include/linux", "-name", "*.h", "-size", "+4k"]);
    await assertSame(["/usr/bin/diff", "/etc/passwd", "/etc/group"]);
  }));

Deno.test("archivers write the bytes they write natively", () =>
  withFile(async (large, folder) => {
    await assertSame(["/bin/tar", "cf", "-", "-C", folder, "."]);
    await assertSame(["/bin/gzip", "-c", large]);
  }));

Deno.test("git, openssl, perl and python3 print what they print natively", async () => {
  await withFile(async (large, folder) => {
    const git = ["-C", folder, "-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    for (const args of [["init", "-q"], ["add", "large"], ["commit", "-qm", "First"]]) {
      const { success } = await new Deno.Command("git", { args: [...git, ...args] }).output();
      if (!success) throw new Error(`Cannot prepare a repository: git ${args.join(" ")} failed`);
    }
    await assertSame(["/usr/bin/git", "-C", folder, "log", "--stat"]);
    await assertSame(["/usr/bin/openssl", "dgst", "-sha512", large]);
  });
  await assertSame([
    "/usr/bin/perl",
    "-e",
    'printf("%.10f %s\\n", sqrt(2) * 3.14159, join(",", map { $_ ** 2 } 1 .. 10));',
  ]);
  const python = 'import json, re, hashlib; print(json.dumps({"a": [1, 2.5, None]}), re.findall(r"\\d+", "a1b22"), ' +
    'hashlib.sha256(b"x").hexdigest(), hashlib.blake2b(b"y").hexdigest())';
  await assertSame(["/usr/bin/python3", "-c", python]);
});

Deno.test("calculators and databases compute what they compute natively", async () => {
  await assertSame(["/usr/bin/bc", "-l"], { input: "scale=40\n4*a(1)\n2^200\n" });
  await assertSame(["/usr/bin/dc", "-e", "2 100 ^ p"]);
  const sql =
    "create table t(a, b); insert into t values (1, 2), (3, 4); select sum(a), group_concat(b), sqrt(2.0) from t;";
  await assertSame(["/usr/bin/sqlite3", ":memory:", sql]);
});

Deno.test("programs compute with long double as natively, however they are linked", async () => {
  const source = `
    #include <math.h>
    #include <stdio.h>
    int main(int argc, char **argv) {
      volatile long double x = (long double)argc / 3;
      volatile unsigned long big = 14142135623730951234ul;
      printf("%.20Lf %Le %La %g %.3Lf\\n", x, sqrtl(x), x, sin(0.5), (long double)big);
      return 3;
    }`;
  for (const flags of [[], ["-static"], ["-static-pie"], ["-no-pie"]]) {
    await assertSame([await compile(source, ["-O1", ...flags, "-lm"])]);
  }
});

Deno.test("a C++ program throws and catches as natively", async () => {
  await assertSame([await compile(new URL("guests/throws.cc", import.meta.url), ["-O2", "-lstdc++"])]);
});

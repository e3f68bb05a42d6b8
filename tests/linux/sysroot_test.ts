/** `--sysroot`: paths, links and `..` stay inside of the folder, as path_resolution(7) says of a root directory. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { runGuest } from "../programs/comparison.ts";

const EXPECTED = `/
/dir/file: inside
/abs/link: inside
/abs/up: inside
/abs/out: ENOENT
/../../../dir/file: inside
/etc/passwd: ENOENT
dir/file: inside
/abs/self/comm: program
/proc/self/root/dir/file: inside
/abs
link: inside
up: inside
../dir/file: inside
../../../../../../../../etc/passwd: ENOENT
/proc/self/exe -> /bin/program
/proc/self/cwd -> /abs
/abs/link -> /dir/file
-1
/proc/self/fd/4 -> /dir/file
mkdir 0
rename 0
rmdir 0
symlink 0
unlink 0
truncate 0
stat 0
size 3
`;

Deno.test("--sysroot keeps paths, links and .. inside of the folder", async () => {
  const root = await Deno.makeTempDir({ prefix: "ceratops-sysroot-" });
  try {
    for (const folder of ["bin", "dir", "abs"]) await Deno.mkdir(`${root}/${folder}`);
    await Deno.writeTextFile(`${root}/dir/file`, "inside\n");
    await Deno.symlink("/dir/file", `${root}/abs/link`);
    await Deno.symlink("../../../../../../dir/file", `${root}/abs/up`);
    await Deno.symlink("/etc/passwd", `${root}/abs/out`);
    await Deno.symlink("/proc/self", `${root}/abs/self`);
    const program = await compile(new URL("../conformance/sysroot.c", import.meta.url), ["-static"]);
    await Deno.copyFile(program, `${root}/bin/program`);
    await Deno.chmod(`${root}/bin/program`, 0o755);
    const { stdout, stderr, status } = await runGuest(["/bin/program"], { options: ["--sysroot", root] });
    assert.equal(stdout, EXPECTED, stderr);
    assert.equal(status, 0);
    assert.deepEqual([...Deno.readDirSync(`${root}/abs`)].map(({ name }) => name).sort(), [
      "link",
      "out",
      "self",
      "up",
    ]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** Files as programs see them on Ceratops, against the same programs run natively. */

import { compile } from "../programs/compile.ts";
import { assertSame } from "../programs/comparison.ts";

const FLAGS = ["-O1", "-w"];

function conformance(name: string): Promise<string> {
  return compile(new URL(`../conformance/${name}.c`, import.meta.url), FLAGS);
}

const PROGRAMS: readonly (readonly [name: string, what: string])[] = [
  ["paths", "paths, links and names give the results and errors of Linux"],
  ["descriptors", "descriptors, reading and writing give the results and errors of Linux"],
  ["record_locks", "locks of parts of files hold between processes as on Linux"],
  ["devices", "/dev/zero and its like give all that is asked for"],
  ["readiness", "poll, select, epoll and what interrupts them give the results of Linux"],
];

for (const [name, what] of PROGRAMS) {
  Deno.test(`files: ${what}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "ceratops-files-" });
    try {
      await assertSame([await conformance(name)], { cwd: folder });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** A folder with a little of everything. */
async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-files-" });
  await Deno.mkdir(`${folder}/a/b`, { recursive: true });
  await Deno.writeTextFile(`${folder}/a/x.txt`, "hello\n");
  await Deno.writeTextFile(`${folder}/a/b/y.txt`, "hello world\nsecond line\n");
  await Deno.writeTextFile(
    `${folder}/unsorted`,
    Array.from({ length: 999 }, (_, i) => `${i * 7919 % 1009}\n`).join(""),
  );
  await Deno.symlink("a/x.txt", `${folder}/link`);
  await Deno.symlink("nowhere", `${folder}/dangling`);
  return folder;
}

const COMMANDS: readonly (readonly string[])[] = [
  ["/bin/ls", "-lAR", "--time-style=full-iso"],
  ["/bin/cat", "a/x.txt", "a/b/y.txt"],
  ["/usr/bin/sort", "-n", "unsorted"],
  ["/usr/bin/sha256sum", "unsorted", "a/x.txt"],
  ["/bin/grep", "-rn", "hello", "."],
  ["/usr/bin/find", ".", "-type", "f", "-size", "-9", "-printf", "%p %s %i %l\\n"],
  ["/bin/tar", "cf", "-", "a", "link", "dangling"],
  ["/bin/gzip", "-nc", "unsorted"],
  ["/bin/sed", "-n", "2,5p", "unsorted"],
  ["/usr/bin/stat", "-c", "%n %F %a %s %h %i %N", "a", "link", "dangling", "a/x.txt"],
  ["/usr/bin/du", "-a"],
  ["/usr/bin/realpath", "link", "a/../a/b"],
  [
    "/usr/bin/perl",
    "-e",
    'print join(",", sort glob("* */*")), " ", -s "unsorted", "\\n"; open F, "<", "missing" or print "$!\\n"',
  ],
];

Deno.test("files: programs of every Linux system do with files what they do natively", async (t) => {
  const folder = await makeFolder();
  try {
    for (const command of COMMANDS) {
      await t.step(command.join(" "), async () => {
        await assertSame(command, { cwd: folder });
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

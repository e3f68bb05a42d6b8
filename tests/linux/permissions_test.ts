/** What a guest may do without permission, and what each permission adds: shown by what is on the disk afterwards, too. */

import assert from "node:assert/strict";
import { Emulator, type PermissionOptions, type PermissionRequest } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { type CommandResult, runGuest, runNative } from "../programs/comparison.ts";
import { Screen } from "../repl/screen.ts";

const program = () => compile(new URL("../conformance/permissions.c", import.meta.url), ["-O1", "-w", "-static"]);

/** Runs `use` with a folder that has files to change, and one outside that its link leads to. */
async function withFolder(use: (folder: string, outside: string) => Promise<void>): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-permissions-" }));
  try {
    const [folder, outside] = [`${root}/folder`, `${root}/outside`];
    for (const path of [folder, outside, `${folder}/folder`]) await Deno.mkdir(path);
    for (const path of [`${folder}/file`, `${folder}/other`, `${outside}/file`]) await Deno.writeTextFile(path, "kept");
    await Deno.symlink(`${outside}/file`, `${folder}/link`);
    await Deno.symlink(`${outside}/new`, `${folder}/dangling`);
    await Deno.symlink("/dev/null", `${folder}/null`);
    await use(folder, outside);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Every file below a folder, with what find(1) knows of it but the times of reading. */
async function state(folder: string): Promise<string> {
  const { stdout } = await runNative(["/usr/bin/find", folder, "-printf", "%p %y %m %s %l %T@ %n\n"]);
  return stdout.split("\n").sort().join("\n");
}

function lines({ stdout }: CommandResult): [before: string[], after: string[]] {
  const all = stdout.trimEnd().split("\n");
  const at = all.indexOf("-- changes");
  return [all.slice(0, at), all.slice(at + 1)];
}

Deno.test("a guest without permissions changes nothing in any way, and reads as ever", async () => {
  await withFolder(async (folder) => {
    const before = await state(`${folder}/..`);
    const guest = await runGuest([await program(), folder], { permissions: [] });
    assert.equal(await state(`${folder}/..`), before);
    const [free, changes] = lines(guest);
    assert.deepEqual(free.filter((line) => line.includes("EACCES")), []);
    assert.deepEqual(changes.filter((line) => !line.endsWith(": EACCES")), []);
    assert.match(
      guest.stderr,
      /^ceratops: the guest was not allowed to write .*\/folder\/file and \d+ more; --allow-write would allow it$/m,
    );
    assert.equal(guest.stderr.split("--allow-write").length, 2);
    await runGuest([await program(), folder], { permissions: [`--allow-net`, "--allow-run"] });
    assert.equal(await state(`${folder}/..`), before);
  });
});

Deno.test("--allow-write gives the results that Linux gives", async () => {
  let native: CommandResult | undefined;
  await withFolder(async (folder) => void (native = await runNative([await program(), folder])));
  for (const option of ["--allow-write", "-A"]) {
    await withFolder(async (folder) => {
      const guest = await runGuest([await program(), folder], { permissions: [option] });
      assert.equal(guest.stdout, native?.stdout);
      assert.doesNotMatch(guest.stderr, /not allowed/);
    });
  }
});

Deno.test("--allow-write=FOLDER ends at the folder, whatever links and .. lead out of it", async () => {
  await withFolder(async (folder, outside) => {
    const script = [
      ["echo 1 > new", "echo 2 > ../outside/other", "echo 3 > link", "echo 4 > dangling", "echo 5 > folder/../file"],
      [`echo 6 > ${outside}/other`, `echo 7 > ${folder}/../folder/other`, "echo 8 > /proc/self/cwd/folder/deep"],
      ["echo 9 > ../folder.not"],
    ].flat();
    const { stderr } = await runGuest(["/bin/bash", "-c", script.join("; ")], {
      cwd: folder,
      permissions: [`--allow-write=${folder}`],
    });
    const read = (path: string) => Deno.readTextFileSync(`${folder}/${path}`);
    assert.deepEqual(["new", "file", "other", "folder/deep"].map(read), ["1\n", "5\n", "7\n", "8\n"], stderr);
    assert.equal(Deno.readTextFileSync(`${outside}/file`), "kept");
    assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["file"]);
    assert.match(stderr, /not allowed to write \S+\/outside\/other and 3 more;/);
  });
});

Deno.test("--deny-read hides a folder, by any of its names", async () => {
  await withFolder(async (folder, outside) => {
    const script = ["read x < link; echo 1$x", `read x < ${outside}/file; echo 2$x`, "read x < file; echo 3$x"];
    const { stdout, stderr } = await runGuest(["/bin/bash", "-c", script.join("; ")], {
      cwd: folder,
      permissions: ["-A", "--deny-read", outside],
    });
    assert.equal(stdout, "1\n2\n3kept\n");
    assert.match(stderr, /not allowed to see \S+\/outside\/file; --deny-read forbids it/);
    const moved = await runGuest(["/bin/mv", outside, `${folder}/seen`], {
      permissions: ["-A", "--deny-read", outside],
    });
    assert.equal(moved.status, 1);
    const above = await runGuest(["/bin/mv", `${folder}/..`, "/tmp/seen"], {
      permissions: ["-A", "--deny-read", outside],
    });
    assert.equal(above.status, 1);
  });
});

Deno.test("a guest always writes to what it was given", async () => {
  await withFolder(async (folder) => {
    // Standard output is a file here, and reopened by its name.
    const command = `${Deno.execPath()} run -A --no-check ${new URL("../../mod.ts", import.meta.url).pathname} run`;
    const script = "echo one; echo two >> /dev/stdout; echo three >&3; echo four > /dev/fd/3; echo none > $0";
    await runNative([
      "/bin/bash",
      "-c",
      `${command} /bin/bash -c '${script}' ${folder}/file > ${folder}/out 3> ${folder}/three`,
    ]);
    assert.equal(Deno.readTextFileSync(`${folder}/out`), "one\ntwo\n");
    assert.equal(Deno.readTextFileSync(`${folder}/file`), "kept");
  });
});

async function tryWriting(permissions: PermissionOptions, path: string, times = 1): Promise<Emulator> {
  const args = ["-c", Array.from({ length: times }, () => `echo x >> ${path}`).join("; ") + " 2>/dev/null; :"];
  const emulator = Emulator.open({ program: "/bin/bash", args, permissions });
  await emulator.run();
  emulator.close();
  return emulator;
}

Deno.test("Emulator.open() asks once for each file, and for all after `always`", async () => {
  await withFolder(async (folder) => {
    const asked: PermissionRequest[] = [];
    const answering = (answer: "allow" | "always" | "deny") => ({
      ask(request: PermissionRequest) {
        asked.push(request);
        return answer;
      },
    });
    const path = `${folder}/file`;
    assert.deepEqual((await tryWriting({}, path)).denied, [{ kind: "write", what: path }]);
    assert.deepEqual((await tryWriting(answering("deny"), path, 3)).denied, [{ kind: "write", what: path }]);
    assert.equal(asked.length, 1);
    assert.equal(Deno.readTextFileSync(path), "kept");
    assert.deepEqual((await tryWriting(answering("allow"), path, 3)).denied, []);
    assert.equal(asked.length, 2);
    assert.equal(Deno.readTextFileSync(path), "keptx\nx\nx\n");
    await tryWriting(answering("allow"), `${path}; echo > ${folder}/new`);
    assert.equal(asked.length, 4);
    await tryWriting(answering("always"), `${path}; echo > ${folder}/new`);
    assert.equal(asked.length, 5);
    await tryWriting({ ...answering("deny"), write: [folder] }, path);
    assert.equal(asked.length, 5);
  });
});

Deno.test("a wrong permission is told in a sentence", async () => {
  assert.throws(
    () => Emulator.open({ program: "/bin/true", permissions: { net: ["example.com"] } }),
    { name: "TypeError", message: "Cannot allow the network to example.com: it is a name; give its address" },
  );
  const { stderr, status } = await runGuest(["/bin/true"], { permissions: ["--allow-net=no-such-host.invalid"] });
  assert.equal(stderr, "ceratops: Cannot allow the network to no-such-host.invalid: it has no address\n");
  assert.equal(status, 2);
});

Deno.test("run asks at the terminal, and goes by the key", async () => {
  await withFolder(async (folder) => {
    const script = "cd $0; echo 1 > one; echo 2 > two; echo 3 > three; echo 4 > four";
    await using screen = await Screen.open(
      `${Deno.execPath()} run -A --no-check mod.ts run /bin/bash -c "${script.replaceAll("$0", folder)}"; echo end`,
    );
    await screen.wait(/may the guest write \S+folder\/one\? \[y: yes, a: all writing,\s+n:\s*no\]/);
    await screen.press("n");
    await screen.wait(/denied[\s\S]*Permission denied[\s\S]*may the guest write \S+folder\/two\?/);
    await screen.press("y");
    await screen.wait(/ allowed[\s\S]*may the guest write \S+folder\/three\?/);
    await screen.press("a");
    await screen.wait(/always allowed[\s\S]*^end$/m);
    assert.deepEqual(
      [..."one two three four".split(" ")].map((name) => {
        try {
          return Deno.readTextFileSync(`${folder}/${name}`);
        } catch {
          return undefined;
        }
      }),
      [undefined, "2\n", "3\n", "4\n"],
    );
  });
});

import assert from "node:assert/strict";
import { pluginNames } from "../../../repl/cli/find_plugin.ts";
import { ceratops, FIB, ROOT, run } from "./command.ts";

/** What bash offers after words, with the script that `ceratops complete bash` prints. */
async function offers(words: readonly string[]): Promise<string[]> {
  const script = (await ceratops(["complete", "bash"])).stdout;
  const { stdout, stderr } = await run([
    "bash",
    "-c",
    `${script}
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _ceratops; printf '%s\\n' "\${COMPREPLY[@]}"`,
    "bash",
    "ceratops",
    ...words,
  ], {
    env: { CERATOPS_DENO: Deno.execPath() },
  });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((line) => line !== "");
}

Deno.test("bash completion offers commands", async () => {
  const all = await offers([""]);
  for (const command of ["run", "repl", "disasm", "symbols", "plugins", "setup", "doctor", "complete", "help"]) {
    assert.ok(all.includes(command), command);
  }
  assert.deepEqual(await offers(["di"]), ["disasm"]);
});

Deno.test("bash completion offers a command's options, plugins, and values", async () => {
  assert.deepEqual(await offers(["run", "--st"]), ["--strace", "--stats"]);
  assert.deepEqual(await offers(["disasm", "--"]), ["--bytes", "--help"]);
  assert.deepEqual(await offers(["run", "--stats", "--plugin", ""]), pluginNames());
  assert.deepEqual(await offers(["plugins", "coverage-t"]), ["coverage-tiny"]);
  assert.deepEqual(await offers(["complete", "z"]), ["zsh"]);
});

Deno.test("completion leaves files, and all that follows the program, to the shell", async () => {
  for (const words of [["run", ""], ["run", "--stats", "./x"], ["run", FIB, "--st"], ["run", "--script", ""]]) {
    assert.deepEqual(await ceratops(["complete", "--", ...words]), { status: 0, stdout: ":0\n", stderr: "" });
  }
});

Deno.test("complete prints scripts that the shells can read, with the launcher's own path", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { status, stdout } = await ceratops(["complete", shell]);
    assert.equal(status, 0);
    assert.ok(stdout.includes(`${ROOT}/ceratops`), shell);
  }
  assert.equal((await run(["bash", "-n", "-c", (await ceratops(["complete", "bash"])).stdout])).status, 0);
});

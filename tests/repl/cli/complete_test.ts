import assert from "node:assert/strict";
import { pluginNames } from "../../../repl/cli/find_plugin.ts";
import { Screen } from "../screen.ts";
import { ceratops, FIB, homeEnvironment, ROOT, run } from "./command.ts";

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
  assert.deepEqual(await offers(["learn", "sta"]), ["stack"]);
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

/** Installs for a shell in a home of its own. */
async function install(shell: string, use: (home: string, stdout: string) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "ceratops-home-" });
  try {
    await Deno.writeTextFile(`${home}/.bashrc`, "X=1");
    const env = { HOME: home, XDG_CONFIG_HOME: "", ZDOTDIR: "", CERATOPS_DENO: Deno.execPath() };
    await ceratops(["complete", shell, "--install"], { env });
    const { status, stdout, stderr } = await ceratops(["complete", shell, "--install"], { env });
    assert.equal(stderr, "");
    assert.equal(status, 0);
    await use(home, stdout);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("complete bash --install has each bash complete, and adds its line once", async () => {
  await install("bash", async (home, stdout) => {
    assert.match(stdout, /\.bashrc reads it already\n/);
    const startup = await Deno.readTextFile(`${home}/.bashrc`);
    assert.match(startup, /^X=1\n\[ ! -r '.*completion\.bash' \] \|\| \. '.*completion\.bash'\n$/);
    const shell = await run(["bash", "-c", `. "$HOME/.bashrc"; complete -p ceratops; echo $X`], {
      env: { HOME: home },
    });
    assert.equal(shell.stdout, "complete -o default -F _ceratops ceratops\n1\n");
  });
});

const has = async (program: string) => (await run(["sh", "-c", `command -v ${program}`])).status === 0;

Deno.test({
  name: "complete zsh --install has each zsh complete ./ceratops, also one that is set up by nothing else (needs zsh)",
  ignore: !await has("zsh"),
  fn: () =>
    install("zsh", async (home) => {
      assert.match(await Deno.readTextFile(`${home}/.zshrc`), /\.config\/ceratops\/completion\.zsh'\n$/);
      const words = Object.entries({ ...homeEnvironment(home), CERATOPS_DENO: Deno.execPath() });
      const environment = words.map((word) => `"${word.join("=")}"`).join(" ");
      await using screen = await Screen.open(`env -u ZDOTDIR ${environment} zsh -i`);
      await screen.wait(/[#%>]$/);
      await screen.press("./ceratops doc");
      await screen.press("Tab");
      await screen.wait(/\.\/ceratops doctor$/);
      assert.doesNotMatch(await screen.text(), /not found/);
    }),
});

Deno.test({
  name: "complete fish --install has each fish complete ./ceratops (needs fish)",
  ignore: !await has("fish"),
  fn: () =>
    install("fish", async (home) => {
      const env = { ...homeEnvironment(home), CERATOPS_DENO: Deno.execPath() };
      const { stdout } = await run(["fish", "-c", 'complete -C "./ceratops r"'], { cwd: ROOT, env });
      assert.deepEqual(stdout.match(/^\w+(?=\t)/gm), ["repl", "run"]);
    }),
});

Deno.test("complete powershell --install says what to type instead", async () => {
  const { status, stderr } = await ceratops(["complete", "powershell", "--install"]);
  assert.match(
    stderr,
    /^ceratops: Cannot install for PowerShell: in it, type ceratops complete powershell >> \$PROFILE\n/,
  );
  assert.equal(status, 2);
});

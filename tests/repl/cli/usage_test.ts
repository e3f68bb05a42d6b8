import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { ceratops, FIB, ROOT } from "./command.ts";

const COMMANDS = [
  "run",
  "repl",
  "disasm",
  "symbols",
  "plugins",
  "events",
  "learn",
  "init-script",
  "setup",
  "doctor",
  "complete",
];

Deno.test("--help lists every command, and each command has help of its own", async () => {
  const { status, stdout } = await ceratops(["--help"]);
  assert.equal(status, 0);
  for (const command of COMMANDS) assert.match(stdout, new RegExp(`^  ${command}\\b`, "m"));
  const helps = await Promise.all(COMMANDS.map((command) => ceratops([command, "--help"])));
  for (const [index, { status, stdout, stderr }] of helps.entries()) {
    assert.deepEqual([status, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^Usage: ceratops ${COMMANDS[index]}\\b`));
  }
  assert.equal((await ceratops(["help", "run"])).stdout, helps[0].stdout);
});

Deno.test("run --help tells of every option", async () => {
  const { stdout } = await ceratops(["run", "--help"]);
  for (const option of ["plugin", "script", "output", "strace", "env", "cwd", "sysroot", "stats"]) {
    assert.match(stdout, new RegExp(`^  --${option}\\b`, "m"));
  }
});

Deno.test("--version is the one in deno.json", async () => {
  assert.deepEqual(await ceratops(["--version"]), { status: 0, stdout: `${config.version}\n`, stderr: "" });
});

Deno.test("wrong usage ends with status 2 and a message that helps", async () => {
  const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["rum"], /^ceratops: unknown command 'rum'\n\(Did you mean run\?\)\nSee ceratops --help\n$/],
    [
      ["run", "--outptu", "x", FIB],
      /^ceratops: unknown option '--outptu'\n\(Did you mean --output\?\)\nSee ceratops run /,
    ],
    [["run"], /^ceratops: missing required argument 'program'\nSee ceratops run --help\n$/],
    [["run", "--env", "novalue", FIB], /^ceratops: Cannot set novalue: write it as NAME=VALUE\n$/],
    [["run", "--plugin", ",a=b", FIB], /^ceratops: Cannot use plugin ,a=b: its name is missing\n$/],
    [["run", "--cwd", "/nowhere", FIB], /^ceratops: Cannot use --cwd \/nowhere: No such file or directory/],
    [["disasm", FIB, "fib", "few"], /^ceratops: Cannot show few instructions: that is not a whole number above 0\n$/],
    [["complete", "csh"], /^ceratops: .*'csh' is invalid.*bash, zsh, fish/],
    [[], /^Usage: ceratops /],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => ceratops(args)));
  for (const [index, { status, stdout, stderr }] of outcomes.entries()) {
    assert.match(stderr, cases[index][1]);
    assert.deepEqual([status, stdout], [2, ""], stderr);
  }
});

Deno.test("run ends with 127 for a program that is not found, with 126 for one that cannot be run", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/plain`, "no program", { mode: 0o644 });
    Deno.writeTextFileSync(`${folder}/text`, "neither ELF nor a script", { mode: 0o755 });
    const cases: readonly (readonly [program: string, status: number, message: RegExp])[] = [
      ["no-such-program", 127, /^ceratops: Cannot run no-such-program: no directory of the PATH has it\n$/],
      ["./nowhere", 127, /^ceratops: Cannot run \.\/nowhere: there is no such file\n$/],
      [ROOT, 126, /^ceratops: Cannot run .*: it is a directory\n$/],
      ["./plain", 126, /^ceratops: Cannot run .*\/plain: it is not executable; chmod \+x makes it so\n$/],
      ["./text", 126, /^ceratops: .*\/text.*ELF/],
    ];
    for (const [program, status, message] of cases) {
      const outcome = await ceratops(["run", program], { cwd: folder });
      assert.match(outcome.stderr, message);
      assert.doesNotMatch(outcome.stderr, /\.ts:\d+/);
      assert.equal(outcome.status, status, outcome.stderr);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

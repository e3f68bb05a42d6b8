/**
 * Runs many short commands natively and on Ceratops, the latter all in this process, which saves its start each time:
 * while a guest runs, standard input, output and error of this process are files.
 *
 * Natively and as guests they run in folders of their own that are made alike, so they may change what is there.
 */

import assert from "node:assert/strict";
import { hostCall } from "../../engine/linux/host.ts";
import { Emulator } from "../../mod.ts";

/** What a command came to. */
interface Outcome {
  readonly stdout: string;
  readonly status: number;
}

const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" };
const STREAMS = [0, 1, 2];
/** A guest that takes longer is taken for one that hangs. */
const PATIENCE_MILLISECONDS = 60_000;

/** Words of a command line; quotes are as in a shell, and nothing else is. */
export function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

/** Splits off `< FILE` at the end. */
function inputOf(list: readonly string[]): { args: readonly string[]; input: string } {
  const at = list.indexOf("<");
  return at < 0 ? { args: list, input: "/dev/null" } : { args: list.slice(0, at), input: list[at + 1] };
}

function programOf(name: string): string {
  if (name.includes("/")) return name;
  for (const folder of ENVIRONMENT.PATH.split(":")) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`Cannot run ${name}: it is not installed`);
}

function runNatively(line: string, cwd: string): Outcome {
  const { args: [name, ...args], input } = inputOf(words(line));
  const { code, stdout } = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@" < "$INPUT"', programOf(name), ...args],
    cwd,
    clearEnv: true,
    env: { ...ENVIRONMENT, INPUT: input },
  }).outputSync();
  return { stdout: new TextDecoder().decode(stdout), status: code };
}

/** Runs `work` while the standard streams of this process are other descriptors. */
async function withStreams<T>(files: readonly number[], work: () => Promise<T>): Promise<T> {
  const [F_DUPFD_CLOEXEC, LOWEST] = [1030, 10];
  const kept = STREAMS.map((stream) => hostCall("fcntl", stream, F_DUPFD_CLOEXEC, LOWEST));
  files.forEach((file, stream) => hostCall("dup3", file, stream, 0));
  try {
    return await work();
  } finally {
    kept.forEach((file, stream) => {
      hostCall("dup3", file, stream, 0);
      hostCall("close", file);
    });
  }
}

function open(path: string, flags: number): number {
  const bytes = new TextEncoder().encode(`${path}\0`);
  const descriptor = hostCall("openat", -100, Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)), flags, 0o600);
  assert.ok(descriptor >= 0, path);
  return descriptor;
}

async function runAsGuest(line: string, cwd: string, output: string): Promise<Outcome> {
  const { args: [name, ...args], input } = inputOf(words(line));
  const [O_WRONLY, O_CREAT, O_TRUNC, O_CLOEXEC] = [1, 0o100, 0o1000, 0o2000000];
  const files = [
    open(input.startsWith("/") ? input : `${cwd}/${input}`, O_CLOEXEC),
    ...[output, `${output}.errors`].map((path) => open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)),
  ];
  try {
    const reason = await withStreams(files, async () => {
      const env = { ...ENVIRONMENT, INPUT: input, PWD: cwd };
      const permissions = { all: true };
      const program = programOf(name);
      using emulator = Emulator.open({ program, args, env, cwd, permissions, counting: false });
      const timer = setTimeout(() => emulator.interrupt(), PATIENCE_MILLISECONDS);
      try {
        return await emulator.run();
      } finally {
        clearTimeout(timer);
      }
    });
    const status = reason.kind === "exited" ? reason.status : reason.kind === "signalled" ? 128 + reason.signal : -1;
    return { stdout: Deno.readTextFileSync(output), status };
  } finally {
    for (const file of files) hostCall("close", file);
  }
}

/** All that is in a folder: names, types, modes, sizes, contents. */
function tree(folder: string): string {
  const script = 'find . -printf "%p %y %m %l\\n" | sort; find . -type f | sort | xargs -d "\\n" sha256sum';
  const { stdout } = new Deno.Command("sh", { args: ["-c", script], cwd: folder }).outputSync();
  return new TextDecoder().decode(stdout);
}

/**
 * Runs commands both ways, one after the other, and compares.
 *
 * @param prepare Makes what the commands find in the folder, which is theirs.
 * @throws {AssertionError} If output or status differ, or what is in the folders afterwards.
 */
export async function assertManySame(lines: readonly string[], prepare: (folder: string) => void): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "ceratops-many-" }));
  try {
    const outcomes: Record<"native" | "guest", string[]> = { native: [], guest: [] };
    for (const way of ["native", "guest"] as const) {
      // The folder's path is the same both ways: it may be part of the output.
      const folder = `${root}/folder`;
      await Deno.mkdir(folder);
      prepare(folder);
      for (const line of lines) {
        const run = way === "native" ? runNatively(line, folder) : await runAsGuest(line, folder, `${root}/output`);
        const { stdout, status } = run;
        outcomes[way].push(`$ ${line}\n${stdout}status ${status}\n`);
      }
      outcomes[way].push(tree(folder));
      await Deno.remove(folder, { recursive: true });
    }
    lines.forEach((line, index) => {
      assert.equal(outcomes.guest[index], outcomes.native[index], line);
      // A command that is not there has nothing to compare.
      assert.doesNotMatch(outcomes.native[index], /^status 12[67]$/m, line);
    });
    assert.equal(outcomes.guest.at(-1), outcomes.native.at(-1), "what is in the folder afterwards");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

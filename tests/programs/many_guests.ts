/**
 * Runs command lines as guests, all in this process, which saves its start each time: `many_guests.ts FOLDER OUTPUT`.
 *
 * The lines are on standard input, as JSON; what became of each is written to the file OUTPUT.json. While a guest runs,
 * standard input, output and error of this process are files, so nothing else may run in it.
 */

import assert from "node:assert/strict";
import { hostCall } from "../../engine/linux/host.ts";
import { Emulator } from "../../mod.ts";
import { ENVIRONMENT, inputOf, type Outcome, programOf, words } from "./command_lines.ts";

const STREAMS = [0, 1, 2];
/** A guest that takes longer is taken for one that hangs. */
const PATIENCE_MILLISECONDS = 60_000;

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

const [folder, output] = Deno.args;
const lines: string[] = JSON.parse(await new Response(Deno.stdin.readable).text());
const outcomes: Outcome[] = [];
for (const line of lines) outcomes.push(await runAsGuest(line, folder, output));
await Deno.writeTextFile(`${output}.json`, JSON.stringify(outcomes));
Deno.exit(0);

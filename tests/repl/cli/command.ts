/** Runs Ceratops as a user does, for tests: the real command in a process of its own. */

import { fileURLToPath } from "node:url";

/** The project's folder, without a slash at the end. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
/** A freestanding guest whose every instruction is known: see fib.c beside it. */
export const FIB = `${ROOT}/tests/guests/fib`;
/** Longest that a command may take, under any load. */
const TIMEOUT_MILLISECONDS = 60_000;

/** The words that start Ceratops, as the launcher does. */
export const CERATOPS = [
  Deno.execPath(),
  "run",
  "-A",
  "--quiet",
  "--config",
  `${ROOT}/deno.json`,
  `${ROOT}/mod.ts`,
] as const;

/** What a command did. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether the command has the variables of `env` alone. */
  readonly clearEnv?: boolean;
  /** By default as long as any command may take, under any load. */
  readonly timeoutMilliseconds?: number;
}

/** Runs a command and gathers what it writes. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { stdin, env, cwd, clearEnv = false, timeoutMilliseconds = TIMEOUT_MILLISECONDS } = options;
  const child = new Deno.Command(words[0], {
    args: words.slice(1),
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    clearEnv,
    env: { NO_COLOR: "1", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    signal: AbortSignal.timeout(timeoutMilliseconds),
  }).spawn();
  const fed = stdin === undefined ? undefined : new Response(stdin).body?.pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  await fed;
  const decoder = new TextDecoder();
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Variables of somebody with another home. What was fetched and compiled already stays where it is. */
export function homeEnvironment(home: string): Record<string, string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME")}/.cache`;
  return {
    HOME: home,
    XDG_CACHE_HOME: cache,
    XDG_CONFIG_HOME: "",
    XDG_DATA_HOME: `${home}/.local/share`,
    XDG_STATE_HOME: "",
    DENO_DIR: Deno.env.get("DENO_DIR") || `${cache}/deno`,
  };
}

/** Runs `ceratops` with arguments. */
export function ceratops(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run([...CERATOPS, ...args], options);
}

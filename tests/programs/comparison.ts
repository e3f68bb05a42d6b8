/**
 * Runs the same command natively and on Ceratops, and compares what it printed and how it ended.
 *
 * Both run in a session of their own, without a terminal, with the same environment and the same open descriptors.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** How to run a command. */
export interface CommandOptions {
  readonly cwd?: string;
  /** More of the environment, which is small. */
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes of standard input; by default there are none. */
  readonly input?: string;
  /** Options of `ceratops run`, such as `["--sysroot", folder]`. */
  readonly options?: readonly string[];
  /** Options of `ceratops run` that say what the guest may do; by default all that it may natively. */
  readonly permissions?: readonly string[];
}

/** How a command ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" };
/** Where Deno and the libraries find their own: part of both environments, so that these are equal. */
const OWN = ["HOME", "DENO_DIR", "XDG_CACHE_HOME", "CERATOPS_UNICORN", "CERATOPS_CAPSTONE"];
const decoder = new TextDecoder();

async function run(command: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const own = OWN.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const child = new Deno.Command("setsid", {
    args: ["-w", "timeout", "60", ...command],
    clearEnv: true,
    env: { ...Object.fromEntries(own), ...ENVIRONMENT, ...options.env },
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  }).spawn();
  const output = child.output(); // read while writing: both pipes may fill
  if (options.input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.input));
    await writer.close();
  }
  const { stdout, stderr, code } = await output;
  return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), status: code };
}

/** Runs a command natively. */
export function runNative(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return run(command, options);
}

/** Runs a command on Ceratops. */
export function runGuest(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const flags = ["run", "-A", "--no-check", `${ROOT}mod.ts`, "run", ...(options.permissions ?? ["-A"])];
  return run([Deno.execPath(), ...flags, ...(options.options ?? []), "--", ...command], options);
}

/**
 * Runs a command both ways.
 *
 * @throws {AssertionError} If standard output or the exit status differ.
 */
export async function assertSame(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const native = await runNative(command, options);
  const guest = await runGuest(command, options);
  const shown = ({ stdout, status }: CommandResult) => ({ stdout, status });
  assert.deepEqual(shown(guest), shown(native), `${command.join(" ")}: on Ceratops it printed\n${guest.stderr}`);
  return native;
}

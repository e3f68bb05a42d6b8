/**
 * Runs other programs for the set-up: no input, output kept, messages in English. Left out: anything interactive.
 */

/** What a program did. */
export interface CommandResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @returns What it did; `undefined` when there is no such program.
 */
export type Run = (
  command: string,
  args: readonly string[],
  options?: { readonly cwd?: string },
) => Promise<CommandResult | undefined>;

/** {@linkcode Run} on this machine. */
export const runCommand: Run = async (command, args, options = {}) => {
  try {
    const output = await new Deno.Command(command, {
      args: [...args],
      cwd: options.cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0" },
    }).output();
    const decoder = new TextDecoder();
    return {
      success: output.success,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
};

/** The line of a failed program's output that says most: the last that reports an error, else the last. */
export function complaint(command: string, result: CommandResult | undefined): string {
  if (result === undefined) return `${command} is not here`;
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").map((line) => line.trim()).filter((line) =>
    line !== ""
  );
  const line = lines.findLast((text) => /^(e:|error|fatal)/i.test(text)) ?? lines.at(-1);
  return `${command} failed${line === undefined ? "" : `: ${line}`}`;
}

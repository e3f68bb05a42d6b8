/** The prompt over lines from a pipe, as a process of its own. */

const ROOT = new URL("../..", import.meta.url).pathname;

/** What came of it. */
export interface Ran {
  readonly status: number;
  readonly lines: readonly string[];
  readonly text: string;
}

/** Runs the prompt over a program with lines from a pipe. */
export async function scriptOver(
  program: string,
  lines: readonly string[],
  args: readonly string[] = [],
  options: readonly string[] = [],
): Promise<Ran> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "mod.ts", "repl", ...options, program, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "", TERM: "xterm-256color" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { status: code, text, lines: text.trimEnd().split("\n") };
}

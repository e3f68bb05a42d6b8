/** The same commands typed into the prompt and into gdb. */

import { scriptOver } from "./script.ts";

/** What the prompt says to lines from a pipe. */
export async function prompt(program: string, commands: readonly string[]): Promise<string> {
  return (await scriptOver(program, commands, [])).text;
}

/** Runs gdb over a program with commands. */
export async function gdb(program: string, commands: readonly string[]): Promise<string> {
  const script = ["set width 0", "set height 0", "set confirm off", ...commands].flatMap((each) => ["-ex", each]);
  const { stdout } = await new Deno.Command("gdb", {
    args: ["-nx", "-batch", ...script, program],
    env: { LC_ALL: "C" },
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

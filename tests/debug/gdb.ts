/** Asks gdb and Ceratops the same at the same places of a program. */

import { Emulator, type GuestContext } from "../../mod.ts";
import { argumentsText } from "../../repl/views/frame.ts";

/** Addresses of the stack, of libraries and of mapped programs differ between a run natively and one that is emulated. */
export function withoutAddresses(text: string): string {
  return text.replace(/0x[0-9a-f]{8,}/g, "0xADDRESS");
}

/**
 * Runs a program in gdb to a place, some times, and has commands done there.
 *
 * @param place Where a breakpoint is set.
 * @param skip How often it is passed by before.
 * @param commands What is done there.
 * @param before Commands that are done before the program runs.
 * @returns The output of each command.
 */
export async function gdbAt(
  program: string,
  place: string,
  skip: number,
  commands: readonly string[],
  before: readonly string[] = [],
): Promise<string[]> {
  const setup = [
    ...before,
    "set width 0",
    "set height 0",
    "set print entry-values default",
    "set debuginfod enabled off",
  ];
  const script = [
    ...setup,
    ...[`break ${place}`, `ignore 1 ${skip}`, "run > /dev/null"],
    ...commands.flatMap((command) => ["echo \\n@@@\\n", `python gdb.execute(${JSON.stringify(command)})`]),
    "echo \\n@@@\\n",
  ];
  // An error would end a script: each command is tried.
  const lines = script.map((line) => line.startsWith("python ") ? guarded(line.slice("python ".length)) : line);
  const path = await Deno.makeTempFile({ suffix: ".gdb" });
  try {
    await Deno.writeTextFile(path, lines.join("\n"));
    const { stdout } = await new Deno.Command("gdb", {
      args: ["-nx", "-batch", "-x", path, program],
      env: { LC_ALL: "C" },
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n@@@\n").slice(1, -1).map((text) => text.trim());
  } finally {
    await Deno.remove(path);
  }
}

function guarded(call: string): string {
  return `python\ntry:\n  ${call}\nexcept gdb.error as problem:\n  print("error: " + str(problem))\nend`;
}

/**
 * Runs a program here to a place, some times, and looks.
 *
 * @param skip How often it is passed by before.
 * @param look Called there.
 */
export async function ceratopsAt<T>(
  program: string,
  place: string,
  skip: number,
  look: (cpu: GuestContext) => T,
): Promise<T> {
  using emulator = Emulator.open({ program, args: [], env: {} });
  let seen: { readonly answer: T } | undefined;
  let left = skip;
  emulator.hook(place, (cpu) => {
    if (left-- > 0 || seen !== undefined) return;
    seen = { answer: look(cpu) };
    emulator.stop();
  }, { afterPrologue: true });
  const reason = await emulator.run();
  if (seen === undefined) throw new Error(`The program did not come to ${place}: ${Deno.inspect(reason)}`);
  return seen.answer;
}

/** The frames of the program's own, as gdb's `bt` shows them, without addresses of code in callers. */
export function framesText(cpu: GuestContext): string[] {
  const list = cpu.frames();
  const last = list.findIndex(({ name }) => name === "main");
  return list.slice(0, last + 1).map((frame) => {
    return withoutAddresses(`${frame.name} (${argumentsText(frame)}) at ${frame.source?.file}:${frame.source?.line}`);
  });
}

/** The frames in what gdb's `bt` printed, in the same form. */
export function gdbFrames(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("#")).map((line) =>
    withoutAddresses(line.replace(/^#\d+ +(?:0x[0-9a-f]+ in )?/, "").replace(/ at \S*\/([^/]+)$/, " at $1"))
  );
}

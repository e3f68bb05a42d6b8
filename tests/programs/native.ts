/** Runs freestanding guests natively, instruction by instruction: what they must do in the emulator. See tracer.c. */

import { compile } from "./compile.ts";

/** What a program did natively. */
export interface NativeRun {
  /** Executions by address, in address order. */
  readonly counts: ReadonlyMap<number, number>;
  readonly total: number;
  readonly output: string;
  readonly status: number;
  /** The signal that ended it, and the instruction that raised it. */
  readonly signal: { readonly number: number; readonly pc: number } | undefined;
}

/**
 * Steps a program through natively.
 *
 * @param program A static program that is not position-independent: then its addresses are the emulator's.
 * @throws {Error} If the tracer fails, as where ptrace(2) is forbidden.
 */
export async function traceNatively(program: string): Promise<NativeRun> {
  const tracer = await compile(new URL("./tracer.c", import.meta.url), ["-O2", "-Wall"]);
  const result = await Deno.makeTempFile();
  try {
    const traced = await new Deno.Command(tracer, { args: [result, program], stdin: "null" }).output();
    const error = new TextDecoder().decode(traced.stderr);
    if (!traced.success) throw new Error(`Cannot trace ${program} natively: ${error}`);
    const counts = new Map<number, number>();
    let total = 0;
    let signal: NativeRun["signal"];
    for (const line of (await Deno.readTextFile(result)).trim().split("\n")) {
      const [first, second, third] = line.split(" ");
      if (first === "total") total = Number(second);
      else if (first === "signal") signal = { number: Number(second), pc: parseInt(third, 16) };
      else counts.set(parseInt(first, 16), Number(second));
    }
    const { code } = signal === undefined ? await new Deno.Command(program, { stdin: "null" }).output() : { code: 0 };
    return {
      counts: new Map([...counts].sort(([a], [b]) => a - b)),
      total,
      output: new TextDecoder().decode(traced.stdout),
      status: code,
      signal,
    };
  } finally {
    await Deno.remove(result);
  }
}

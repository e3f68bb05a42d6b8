/** Runs a guest for a benchmark: `run_guest.ts counting|plain|coverage PROGRAM [ARG...]`. */

import { Emulator } from "../../mod.ts";
import coverageTiny from "../../plugins/coverage_tiny.ts";

const [mode, program, ...args] = Deno.args;
const emulator = Emulator.open({ program, args, counting: mode !== "plain" });
const plugin = mode === "coverage" ? emulator.use(coverageTiny) : undefined;
const reason = await emulator.run();
if (plugin !== undefined) {
  const parts: string[] = [];
  plugin.report({ write: (text) => void parts.push(String(text)) });
  await Deno.writeTextFile("/dev/null", parts.join(""));
}
Deno.exit(reason.kind === "exited" ? reason.status : 1);

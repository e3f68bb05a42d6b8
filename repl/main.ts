/** The command line. */
import { Emulator } from "../mod.ts";
import coverageTiny from "../plugins/coverage_tiny.ts";

/** Runs the command line. */
export async function main(args: readonly string[]): Promise<void> {
  if (args[0] === "setup") Deno.exit(await (await import("./setup/setup.ts")).setup());
  if (args[0] === "doctor") Deno.exit(await (await import("./setup/doctor.ts")).doctor());
  const strace = args.includes("--strace");
  const rest = args.slice(1).filter((a) => a !== "--strace" && a !== "--cov" && a !== "--stats");
  const emulator = Emulator.open({
    program: rest[0],
    args: rest.slice(1),
    ...(strace ? { onSyscall: (l: string) => console.error(l) } : {}),
    onWarning: (m) => console.error("ceratops: " + m),
  });
  const handle = args.includes("--cov") ? emulator.use(coverageTiny) : undefined;
  const reason = await emulator.run();
  const enc = new TextEncoder();
  const parts: string[] = [];
  handle?.report({ write: (t) => void parts.push(t) });
  Deno.stderr.writeSync(enc.encode(parts.join("")));
  if (args.includes("--stats")) console.error("instructions", emulator.coverage.total, reason);
  emulator.close();
  Deno.exit(reason.kind === "exited" ? reason.status : 1);
}

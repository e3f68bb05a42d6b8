/**
 * `ceratops run`: runs a program to its end, with plugins and a script attached, and ends as the program did.
 *
 * The guest has the host's standard streams; what Ceratops itself has to say goes to standard error.
 */

import { Emulator, hostScripts, type StopReason } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import { emulatorOptions, type GuestFlags, usedPlugins } from "./guest_options.ts";
import { ignoredSignals, passSignals } from "./host_signals.ts";
import { standardError } from "./output.ts";
import { ProcessReports } from "./process_reports.ts";
import { deniedLine } from "../views/permissions.ts";
import { describeThrown } from "./user_code.ts";

/** Options of `ceratops run`. */
export interface RunFlags extends GuestFlags {
  readonly output?: string | undefined;
  readonly strace?: true | undefined;
  readonly stats?: true | undefined;
}

/** Signals whose end of a program a shell does not comment on. */
const SILENT = ["SIGINT", "SIGPIPE"];

const tell = (message: string) => standardError.line(`ceratops: ${message}`);

/**
 * Runs a program.
 *
 * @returns The exit status: the guest's own, or 128 and the number of the signal that ended it.
 * @throws {CommandLineError} If it cannot be run as asked.
 */
export async function run(program: string, args: readonly string[], flags: RunFlags): Promise<number> {
  const options = await emulatorOptions(program, args, flags);
  const plugins = await usedPlugins(flags.plugin);
  const reports = new ProcessReports(plugins, { output: flags.output, follows: flags.follow ?? false, tell });

  using emulator = Emulator.open({
    ...options,
    ignoredSignals: ignoredSignals(),
    onStop: () => Deno.kill(Deno.pid, "SIGSTOP"),
    onWarning: tell,
    ...(flags.strace === undefined ? {} : { onSyscall: (line: string) => standardError.line(line) }),
  });
  reports.begin(emulator);
  const syscalls = flags.stats === undefined ? undefined : emulator.hookSyscall(/./, {});
  using _signals = passSignals(emulator, () => tell("interrupted twice: the guest is ended"));

  const start = performance.now();
  let status: number = STATUS.failed;
  try {
    status = concludes(await runWithScripts(emulator, flags), emulator);
  } finally {
    const milliseconds = performance.now() - start;
    if (!reports.end(emulator)) status = STATUS.failed;
    const denied = deniedLine(emulator.denied);
    if (denied !== undefined) tell(denied);
    if (syscalls !== undefined) await writeStatistics(emulator, syscalls.hits, milliseconds);
  }
  return status;
}

/** Runs the guest with its scripts. */
async function runWithScripts(emulator: Emulator, { script: paths, watch }: RunFlags): Promise<StopReason> {
  if (paths.length === 0) return await emulator.run();
  const { Scripts } = await import("../scripts/scripts.ts");
  const { scriptHost } = await import("../scripts/host.ts");
  using _host = hostScripts(scriptHost(emulator));
  using scripts = new Scripts(() => emulator);
  for (const path of paths) await scripts.load(path);
  using _watch = watch && scripts.watch(paths, tell, (error) => tell(messageOf(error)));
  for (;;) {
    const reason = await emulator.run();
    if (reason.kind !== "failed" || watch === undefined) return reason;
    tell(failure(reason, emulator));
    for (const { path } of scripts.list()) scripts.unload(path);
  }
}

/** Where a closure failed, and why. */
function failure(reason: StopReason & { kind: "failed" }, emulator: Emulator): string {
  return `a closure failed at ${placeOf(reason, emulator)}: ${describeThrown(reason.error)}`;
}

/** Where the guest stopped. */
function placeOf({ pc, process }: { pc: bigint; process?: number }, { symbols, followed }: Emulator): string {
  const other = process === undefined ? undefined : followed.find(({ pid }) => pid === process);
  const where = `0x${pc.toString(16)} (${(other?.symbols ?? symbols).describe(pc)})`;
  return process === undefined ? where : `${where} in process ${process}`;
}

function messageOf(error: unknown): string {
  return error instanceof CommandLineError ? error.message : describeThrown(error);
}

/** Says why the guest stopped, where that is not plain, and gives the status for it. */
function concludes(reason: StopReason, emulator: Emulator): number {
  switch (reason.kind) {
    case "exited":
      return reason.status;
    case "signalled":
      if (reason.fault !== undefined) tell(`${reason.name}: ${reason.fault.description}`);
      else if (!SILENT.includes(reason.name)) tell(`the guest was ended by ${reason.name}`);
      return STATUS.signal + reason.signal;
    case "failed":
      tell(failure(reason, emulator));
      return STATUS.failed;
    case "interrupted":
      return STATUS.signal + 2;
    case "stopped":
      tell(`the guest was stopped at ${placeOf(reason, emulator)}: ${reason.why}`);
      return 0;
    case "stepped":
      return 0;
  }
}

async function writeStatistics({ coverage }: Emulator, systemCalls: number, milliseconds: number): Promise<void> {
  const { peakMemory, statisticsText } = await import("./stats.ts");
  const { total: instructions, blocks } = coverage;
  standardError.write(statisticsText({ instructions, blocks, systemCalls, milliseconds, peakMemory: peakMemory() }));
  standardError.flush();
}

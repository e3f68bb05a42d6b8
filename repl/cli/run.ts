/**
 * `ceratops run`: runs a program to its end, with plugins and a script attached, and ends as the program did.
 *
 * The guest has the host's standard streams; what Ceratops itself has to say goes to standard error.
 */

import { Emulator, type Plugin, PluginError, type PluginHandle, type StopReason } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import { emulatorOptions, type GuestFlags, usedPlugins } from "./guest_options.ts";
import { ignoredSignals, passSignals } from "./host_signals.ts";
import { Output, standardError } from "./output.ts";
import { describeThrown } from "./user_code.ts";

/** Options of `ceratops run`. */
export interface RunFlags extends GuestFlags {
  readonly script?: string | undefined;
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
  const options = emulatorOptions(program, args, flags);
  const plugins = await usedPlugins(flags.plugin);
  const scripting = flags.script === undefined ? undefined : await import("./script.ts");
  const script = flags.script === undefined ? undefined : await scripting?.importScript(flags.script);
  const output = flags.output === undefined ? standardError : Output.file(flags.output);

  using emulator = Emulator.open({
    ...options,
    ignoredSignals: ignoredSignals(),
    onWarning: tell,
    ...(flags.strace === undefined ? {} : { onSyscall: (line: string) => standardError.line(line) }),
  });
  const handles = plugins.map(({ plugin, params }) => usePlugin(emulator, plugin, params, output));
  const syscalls = flags.stats === undefined ? undefined : emulator.hookSyscall(/./, {});
  using _signals = passSignals(emulator, () => tell("interrupted twice: the guest is ended"));

  const start = performance.now();
  let status: number = STATUS.failed;
  try {
    if (flags.script !== undefined && script !== undefined) await scripting?.callScript(flags.script, script, emulator);
    status = concludes(await emulator.run(), emulator);
  } finally {
    const milliseconds = performance.now() - start;
    for (const handle of handles) if (!writeReport(handle, output)) status = STATUS.failed;
    if (syscalls !== undefined) await writeStatistics(emulator, syscalls.hits, milliseconds);
  }
  return status;
}

/** Says why the guest stopped, where that is not plain, and gives the status for it. */
function concludes(reason: StopReason, { symbols }: Emulator): number {
  switch (reason.kind) {
    case "exited":
      return reason.status;
    case "signalled":
      if (reason.fault !== undefined) tell(`${reason.name}: ${reason.fault.description}`);
      else if (!SILENT.includes(reason.name)) tell(`the guest was ended by ${reason.name}`);
      return STATUS.signal + reason.signal;
    case "failed":
      tell(
        `a closure failed at 0x${reason.pc.toString(16)} (${symbols.describe(reason.pc)}): ${
          describeThrown(reason.error)
        }`,
      );
      return STATUS.failed;
    case "interrupted":
      return STATUS.signal + 2;
    case "stopped":
      tell(`the guest was stopped at 0x${reason.pc.toString(16)} (${symbols.describe(reason.pc)}): ${reason.why}`);
      return 0;
    case "stepped":
      return 0;
  }
}

function usePlugin(
  emulator: Emulator,
  plugin: Plugin,
  params: Readonly<Record<string, string>>,
  output: Output,
): PluginHandle {
  try {
    return emulator.use(plugin, params, { output });
  } catch (error) {
    if (error instanceof PluginError) throw error;
    throw new CommandLineError(`Plugin ${plugin.name} failed: ${describeThrown(error)}`, STATUS.failed);
  }
}

/** Has a plugin write its report. @returns Whether it did. */
function writeReport(handle: PluginHandle, output: Output): boolean {
  try {
    handle.report(output);
    output.flush();
    return true;
  } catch (error) {
    output.flush();
    const problem = error instanceof PluginError ? error.message : describeThrown(error);
    tell(`the report of plugin ${handle.plugin.name} failed: ${problem}`);
    return false;
  }
}

async function writeStatistics({ coverage }: Emulator, systemCalls: number, milliseconds: number): Promise<void> {
  const { peakMemory, statisticsText } = await import("./stats.ts");
  const { total: instructions, blocks } = coverage;
  standardError.write(statisticsText({ instructions, blocks, systemCalls, milliseconds, peakMemory: peakMemory() }));
  standardError.flush();
}

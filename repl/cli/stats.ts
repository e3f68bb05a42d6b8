/** `--stats`: what a run took, as a few lines of text. */

/** What a run took. */
export interface RunStatistics {
  readonly instructions: number;
  /** Different blocks that ran. */
  readonly blocks: number;
  readonly systemCalls: number;
  /** From before the first instruction to after the last. */
  readonly milliseconds: number;
  /** Most memory that the host process held, in bytes; undefined where the system does not tell. */
  readonly peakMemory: number | undefined;
}

const UNITS = ["", "k", "M", "G", "T"];

/** A number with three digits and a unit: `12.3 M`. */
function short(value: number): string {
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return String(Math.round(value));
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${UNITS[unit]}`;
}

/** The statistics as lines. */
export function statisticsText(statistics: RunStatistics): string {
  const { instructions, blocks, systemCalls, milliseconds, peakMemory } = statistics;
  const rate = milliseconds > 0 ? instructions / milliseconds * 1000 : 0;
  const rows: readonly (readonly [string, string])[] = [
    ["instructions", String(instructions)],
    ["blocks", String(blocks)],
    ["system calls", String(systemCalls)],
    ["wall time", `${(milliseconds / 1000).toFixed(3)} s`],
    ["instructions per second", short(rate)],
    ["peak memory", peakMemory === undefined ? "unknown" : `${(peakMemory / (1 << 20)).toFixed(1)} MiB`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(24)}${value}\n`).join("");
}

/** Most memory that this process held so far (VmHWM of proc_pid_status(5)), in bytes. */
export function peakMemory(): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

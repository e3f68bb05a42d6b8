/**
 * `/proc/<pid>/stat`, `statm`, `status` and `limits` of a guest: the host process's texts, with what is the guest's own
 * in its place. See proc_pid_stat(5), proc_pid_status(5), proc_pid_limits(5).
 */

import { RLIMIT } from "../abi/limits.ts";
import { processCpuTime } from "../cpu_times.ts";
import { SIG_DFL, SIG_IGN, signalBit } from "../abi/signals.ts";
import { readHostFile } from "../host_files.ts";
import { UNLIMITED } from "../limits.ts";
import type { Process } from "../process.ts";
import { userAndSystem } from "../usage.ts";

const PAGE = 4096;
const LAST_SIGNAL = 64;
const decoder = new TextDecoder();

function hostText(name: string): string {
  const bytes = readHostFile(`/proc/self/${name}`);
  return typeof bytes === "number" ? "" : decoder.decode(bytes);
}

/** Bytes that are mapped, all and those of certain regions. */
function sizes(process: Process): { all: number; code: number; data: number; stack: number } {
  const sum = { all: 0, code: 0, data: 0, stack: 0 };
  for (const { start, end, protection, shared, name } of process.memory.regions.list()) {
    sum.all += end - start;
    if (protection & 4) sum.code += end - start;
    else if (name === "[stack]") sum.stack += end - start;
    else if (protection & 2 && !shared) sum.data += end - start;
  }
  return sum;
}

/** Fields of `stat` that depend on the host's. */
const FIELD = { STATE: 3, TERMINAL: 7, FOREGROUND: 8, BEGAN: 22 } as const;
const MILLISECONDS_PER_TICK = 10;
const NANOSECONDS_PER_TICK = 10_000_000n;

function firstProcess({ table }: Process): Process {
  const [first] = table.processes.values();
  return first;
}

/** Fields of `stat` that are the guest's, by their number in proc_pid_stat(5). */
function ownFields(process: Process): Readonly<Record<number, number | bigint>> {
  const { all } = sizes(process);
  const { spent } = process;
  const { nice } = process.threads.get(process.pid) ?? process.thread;
  const [user, system] = userAndSystem(process, processCpuTime(process) / NANOSECONDS_PER_TICK);
  const [userOfChildren, systemOfChildren] = userAndSystem(process, spent.children / NANOSECONDS_PER_TICK);
  const stack = process.memory.regions.list().find(({ name }) => name === "[stack]");
  return {
    4: process.parent,
    5: process.group,
    6: process.session,
    14: user,
    15: system,
    16: userOfChildren,
    17: systemOfChildren,
    18: 20 + nice,
    19: nice,
    20: process.threads.size,
    23: all,
    26: 0,
    27: 0,
    28: stack?.end ?? 0,
    29: 0,
    30: 0,
    45: process.heapStart,
    46: process.heapStart,
    47: process.heapStart,
    48: 0,
    49: 0,
    50: 0,
    51: 0,
  };
}

/** Whether it runs, waits or is stopped; one that asks about itself runs. */
function stateOf(process: Process): "R" | "S" | "T" {
  if (process.signals.isStopped) return "T";
  return [...process.threads.values()].every(({ waiting }) => waiting !== undefined) ? "S" : "R";
}

/** The text of `stat`. */
export function statText(process: Process): string {
  const text = hostText("stat");
  const fields = text.slice(text.lastIndexOf(")") + 2).trim().split(" ");
  for (const [number, value] of Object.entries(ownFields(process))) fields[Number(number) - 3] = String(value);
  const first = firstProcess(process);
  const later = Math.floor((process.began - first.began) / MILLISECONDS_PER_TICK);
  const hasTerminal = fields[FIELD.TERMINAL - 3] !== "0";
  fields[FIELD.STATE - 3] = stateOf(process);
  fields[FIELD.FOREGROUND - 3] = String(hasTerminal ? process.table.foreground ?? first.group : -1);
  fields[FIELD.BEGAN - 3] = String(Number(fields[FIELD.BEGAN - 3]) + later);
  return `${process.pid} (${process.name}) ${fields.join(" ")}\n`;
}

/** The text of `statm`. */
export function statmText(process: Process): string {
  const { all, code, data, stack } = sizes(process);
  const resident = hostText("statm").split(" ")[1] ?? "0";
  return `${all / PAGE} ${resident} 0 ${code / PAGE} 0 ${(data + stack) / PAGE} 0\n`;
}

/** The text of `status`. */
export function statusText(process: Process): string {
  const { all, code, data, stack } = sizes(process);
  const { uid, euid, suid, gid, egid, sgid, groups } = process.credentials;
  const kilobytes = (bytes: number) => `${String(bytes / 1024).padStart(8)} kB`;
  const own: Readonly<Record<string, string>> = {
    Name: process.name,
    Umask: process.umask.toString(8).padStart(4, "0"),
    State: { R: "R (running)", S: "S (sleeping)", T: "T (stopped)" }[stateOf(process)],
    Tgid: String(process.pid),
    Pid: String(process.pid),
    PPid: String(process.parent),
    TracerPid: "0",
    Uid: [uid, euid, suid, euid].join("\t"),
    Gid: [gid, egid, sgid, egid].join("\t"),
    FDSize: String(Math.max(64, 2 ** Math.ceil(Math.log2(process.files.descriptors().length + 1)))),
    Groups: `${groups.join(" ")} `,
    NStgid: String(process.pid),
    NSpid: String(process.pid),
    NSpgid: String(process.group),
    NSsid: String(process.session),
    VmPeak: kilobytes(all),
    VmSize: kilobytes(all),
    VmData: kilobytes(data),
    VmStk: kilobytes(stack),
    VmExe: kilobytes(code),
    VmLib: kilobytes(0),
    Threads: String(process.threads.size),
    SigPnd: mask(process.thread.signals.pending.mask),
    ShdPnd: mask(process.signals.pending.mask),
    SigBlk: mask(process.thread.signals.mask),
    SigIgn: mask(signalsWith(process, (handler) => handler === SIG_IGN)),
    SigCgt: mask(signalsWith(process, (handler) => handler !== SIG_IGN && handler !== SIG_DFL)),
  };
  return hostText("status").split("\n").map((line) => {
    const key = line.slice(0, Math.max(0, line.indexOf(":")));
    return Object.hasOwn(own, key) ? `${key}:\t${own[key]}` : line;
  }).join("\n");
}

function mask(signals: bigint): string {
  return signals.toString(16).padStart(16, "0");
}

function signalsWith(process: Process, matches: (handler: bigint) => boolean): bigint {
  let found = 0n;
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    if (matches(process.signals.action(signal).handler)) found |= signalBit(signal);
  }
  return found;
}

const LIMIT_LINES: readonly (readonly [title: string, name: string, unit: string])[] = [
  ["Max cpu time", "RLIMIT_CPU", "seconds"],
  ["Max file size", "RLIMIT_FSIZE", "bytes"],
  ["Max data size", "RLIMIT_DATA", "bytes"],
  ["Max stack size", "RLIMIT_STACK", "bytes"],
  ["Max core file size", "RLIMIT_CORE", "bytes"],
  ["Max resident set", "RLIMIT_RSS", "bytes"],
  ["Max processes", "RLIMIT_NPROC", "processes"],
  ["Max open files", "RLIMIT_NOFILE", "files"],
  ["Max locked memory", "RLIMIT_MEMLOCK", "bytes"],
  ["Max address space", "RLIMIT_AS", "bytes"],
  ["Max file locks", "RLIMIT_LOCKS", "locks"],
  ["Max pending signals", "RLIMIT_SIGPENDING", "signals"],
  ["Max msgqueue size", "RLIMIT_MSGQUEUE", "bytes"],
  ["Max nice priority", "RLIMIT_NICE", ""],
  ["Max realtime priority", "RLIMIT_RTPRIO", ""],
  ["Max realtime timeout", "RLIMIT_RTTIME", "us"],
];

/** The text of `limits`. */
export function limitsText(process: Process): string {
  const numbers: Readonly<Record<string, number>> = RLIMIT;
  const shown = (value: bigint | undefined) => value === undefined || value === UNLIMITED ? "unlimited" : String(value);
  const row = ([title, soft, hard, unit]: readonly string[]) =>
    `${title.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} ${unit === "" ? "" : unit.padEnd(10)}\n`;
  const lines = LIMIT_LINES.map(([title, name, unit]) => {
    const limit = process.limits.get(numbers[name]);
    return row([title, shown(limit?.soft), shown(limit?.hard), unit]);
  });
  return row(["Limit", "Soft Limit", "Hard Limit", "Units"]) + lines.join("");
}

/** What system calls and turns of threads take: differences of commands that make many and none. */

import { compile } from "../programs/compile.ts";
import { compare, guest, type Measured, show } from "./measure.ts";

/** Seconds of CPU that a command takes beyond another. */
function beyond(many: Measured, none: Measured): number {
  return (many.processorMilliseconds - none.processorMilliseconds) / 1000;
}

/** Rates of calls and turns, and how fast much is read and written against the native run. */
export async function systemCalls(): Promise<void> {
  const program = await compile(new URL("calls.c", import.meta.url), ["-O1", "-static", "-pthread", "-D_GNU_SOURCE"]);
  const run = (what: string, count: number) => guest("plain", program, what, String(count));
  const native = (count: number) => [program, "megabytes", String(count)];
  const [calls, turns, answers, megabytes, none, many, few] = await compare(
    run("getppid", 500_000),
    run("yield", 100_000),
    run("pipes", 30_000),
    run("megabytes", 3000),
    run("getppid", 0),
    native(3000),
    native(0),
  );
  const rate = (count: number, seconds: number) => `${(count / seconds / 1000).toFixed(0)} thousand a second`;
  show("getppid()", rate(500_000, beyond(calls, none)));
  show("turns of two threads that call sched_yield()", rate(200_000, beyond(turns, none)));
  show("turns of two threads that send a byte to and fro", rate(60_000, beyond(answers, none)));
  show("read and write of 1 MiB / native", (beyond(megabytes, none) / beyond(many, few)).toFixed(2));
}

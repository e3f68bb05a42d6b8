/** All guest processes of one run, and what they share: ids and futexes. */

import { CpuTimes } from "./cpu_times.ts";
import { Futexes } from "./futexes.ts";
import type { Process } from "./process.ts";
import type { Thread } from "./threads.ts";

/** Linux gives out ids below this one, PID_MAX_LIMIT. */
const NO_PID = 2 ** 22;

/** As many may live at once; a machine's limits, RLIMIT_NPROC, are told but are larger. */
const [MOST_PROCESSES, MOST_TASKS] = [64, 2048];

/** A thread and its process. */
export interface Task {
  readonly process: Process;
  readonly thread: Thread;
}

/** Hears of processes and threads. */
export interface ProcessObserver {
  /** A process has begun, runs another program, or has ended. */
  process(process: Process, what: "begins" | "executes" | "ends"): void;
  /** A thread has begun, or has ended. */
  thread(process: Process, thread: Thread, what: "begins" | "ends"): void;
}

/** The guest's processes. */
export class ProcessTable {
  /** Set once by the owner, after the first process has begun. */
  observer: ProcessObserver | undefined;
  /** Who waits at which futex. */
  readonly futexes = new Futexes();
  /** Who uses how much CPU time. */
  readonly cpuTimes = new CpuTimes();
  readonly #processes = new Map<number, Process>();
  readonly #tasks: Task[] = [];
  /** The process group that the terminal is for; undefined for the first process's. */
  foreground: number | undefined;
  readonly #atEnd = new Map<number, (() => void)[]>();
  #lastId = NO_PID;
  #begun = 0;

  /** Processes by their ids. */
  get processes(): ReadonlyMap<number, Process> {
    return this.#processes;
  }

  /** Threads of all processes, in the order in which they began. */
  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  /** Whether there has been more than one thread. */
  get hasSeveral(): boolean {
    return this.#begun > 1;
  }

  /** A process has begun, with its first thread. */
  add(process: Process): void {
    this.#processes.set(process.pid, process);
    this.#lastId = Math.max(this.#lastId, process.pid);
    this.observer?.process(process, "begins");
    this.addThread(process, process.thread);
  }

  /** Whether another thread, or process, may begin: each takes address space and memory of the host's one process. */
  hasRoom(what: "thread" | "process"): boolean {
    if (what === "thread") return this.#tasks.length < MOST_TASKS;
    let alive = 0;
    for (const { ending } of this.#processes.values()) if (ending === undefined) alive++;
    return alive < MOST_PROCESSES && this.#tasks.length < MOST_TASKS;
  }

  /** The processes that a process waits for the ends of. */
  children(parent: Process): Process[] {
    return [...this.#processes.values()].filter((process) => process.parent === parent.pid && process !== parent);
  }

  /** The process that has a thread of an id, if it has not ended. */
  processOf(tid: number): Process | undefined {
    return this.#tasks.find(({ thread }) => thread.tid === tid)?.process;
  }

  /** Processes of a group that have not ended. */
  group(group: number): Process[] {
    return [...this.#processes.values()].filter((process) => process.group === group && process.ending === undefined);
  }

  /** Whether another process that has not ended uses the same of something. */
  isShared(process: Process, what: "space" | "files" | "paths"): boolean {
    return [...this.#processes.values()].some((other) =>
      other !== process && other.ending === undefined && other[what] === process[what]
    );
  }

  /** Has something done at the end of a process, which may not have begun yet. */
  atEnd(pid: number, work: () => void): void {
    const list = this.#atEnd.get(pid);
    if (list === undefined) this.#atEnd.set(pid, [work]);
    else list.push(work);
  }

  /** A process has ended, and still has what it had. */
  ends(process: Process): void {
    this.observer?.process(process, "ends");
  }

  /** A process has ended, and given back what it had. */
  ended(process: Process): void {
    for (const work of this.#atEnd.get(process.pid) ?? []) work();
    this.#atEnd.delete(process.pid);
  }

  /** A process runs another program now. */
  executed(process: Process): void {
    this.observer?.process(process, "executes");
  }

  /** A process that has ended was waited for: its id is free. */
  remove(process: Process): void {
    this.#processes.delete(process.pid);
  }

  /** A thread has begun. */
  addThread(process: Process, thread: Thread): void {
    this.#begun++;
    thread.number = ++process.threadsBegun;
    process.threads.set(thread.tid, thread);
    this.#tasks.push({ process, thread });
    this.observer?.thread(process, thread, "begins");
  }

  /** A thread has ended. */
  removeThread(process: Process, thread: Thread): void {
    process.threads.delete(thread.tid);
    this.#tasks.splice(this.#tasks.findIndex((task) => task.thread === thread), 1);
    this.observer?.thread(process, thread, "ends");
  }

  /** An id for a process or thread; nothing on the host can have it. */
  nextId(): number {
    return ++this.#lastId;
  }
}

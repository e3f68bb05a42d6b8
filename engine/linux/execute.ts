/**
 * Puts another program into a process: what execve(2) does once the program is known to be good.
 *
 * Leaves out set-user-id programs, which run as who starts them.
 */

import { REGISTER_INDEX } from "../arch/x86_64.ts";
import { mapProgram, type PreparedProgram } from "../loader/load_program.ts";
import { SPAN } from "../memory/guest_memory.ts";
import { SIGNAL } from "./abi/signals.ts";
import { type Process, programName } from "./process.ts";
import { NO_STACK } from "./signals/alternate_stack.ts";
import { endThread } from "./thread_end.ts";
import { makeThread } from "./threads.ts";

/** All threads end; the one that goes on is the first, whichever it was. */
function beginAnew(process: Process, path: string): void {
  const { table, thread: caller, signals, pid, space } = process;
  signals.addThread(caller.signals);
  caller.signals.alternateStack = NO_STACK;
  const thread = makeThread(pid, programName(path), space.registers, caller.signals);
  space.contexts.name(pid);
  process.thread = thread;
  process.threadsBegun = 0;
  table.addThread(process, thread);
}

/** Leaves the memory to who shares it, or empties it. */
function leaveMemory(process: Process): void {
  const { table, thread: caller } = process;
  const isShared = table.isShared(process, "space");
  for (const thread of [...process.threads.values()].filter((thread) => thread !== caller)) {
    endThread(process, thread, true);
  }
  endThread(process, caller, isShared);
  if (isShared) process.space = process.space.another();
  else process.space.clear();
  process.listener.unmapped(process, 0, SPAN);
}

/**
 * Replaces the program.
 *
 * @param path The path that was asked for: a script's, not its interpreter's.
 */
export function execute(process: Process, prepared: PreparedProgram, path: string): void {
  const { signals, timers, table } = process;
  try {
    leaveMemory(process);
    if (table.isShared(process, "files")) process.files = process.files.fork();
    process.files.closeForExec();
    signals.dropHandlers();
    timers.endCreated();
    beginAnew(process, path);
    const program = mapProgram(process.memory, prepared);
    process.registers.setGeneral(REGISTER_INDEX.rsp, BigInt(program.stackPointer));
    process.registers.pc = BigInt(program.entry);
    process.executable = program.executable;
    process.auxiliaryVector = program.auxiliaryVector;
    process.heapStart = process.heapEnd = program.heapStart;
    process.hasExecuted = true;
    process.settings.dumpable = 1;
    process.listener.executed(process, program);
    table.executed(process);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // As Linux does past the point of no return.
    process.ending = { kind: "signalled", signal: SIGNAL.SIGKILL };
  }
}

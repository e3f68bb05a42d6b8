/**
 * Rows that begin threads and processes: clone(2), clone3(2), fork(2), vfork(2).
 *
 * A process gets a copy of its parent's memory, or the same memory with CLONE_VM, as posix_spawn(3) wants it.
 */

import { REGISTER_ID, REGISTER_INDEX } from "../../arch/x86_64.ts";
import type { Registers } from "../../cpu/registers.ts";
import { CLONE, CLONE_ARGS, CLONE_CLEAR_SIGHAND, CSIGNAL, NEW_NAMESPACES } from "../abi/clone.ts";
import { ERRNO } from "../abi/errno.ts";
import { LAST_SIGNAL, SIGNAL } from "../abi/signals.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, flags, size } from "../parameters.ts";
import type { AddressSpace } from "../address_space.ts";
import { addPidfd } from "../pidfds.ts";
import { forkProcess, type Process } from "../process.ts";
import { ThreadSignals } from "../signals.ts";
import { type Result, syscall } from "../syscall.ts";
import { makeThread } from "../threads.ts";

const { CLONE_VM, CLONE_FS, CLONE_SIGHAND, CLONE_THREAD, CLONE_SETTLS } = CLONE;
const { CLONE_FILES, CLONE_VFORK, CLONE_PARENT } = CLONE;
const { CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID, CLONE_NEWNS, CLONE_PIDFD } = CLONE;

/** What is to begin. */
interface Request {
  /** The low 32 bits of clone3(2)'s. */
  readonly flags: number;
  /** Initial stack pointer; 0 for the parent's. */
  readonly stack: bigint;
  readonly parentTid: number;
  readonly childTid: number;
  readonly tls: bigint;
  /** What a process sends at its end. */
  readonly exitSignal: number;
  /** Where the descriptor goes that CLONE_PIDFD makes. */
  readonly pidfd: number;
  /** Whether signals that are not ignored get their default actions. */
  readonly clearsHandlers: boolean;
}

const has = (request: Request, flag: number) => (request.flags & flag) !== 0;

/** Combinations that Linux refuses; see clone(2), ERRORS. */
function check(request: Request): number {
  if (has(request, CLONE_THREAD) && !has(request, CLONE_SIGHAND)) return -ERRNO.EINVAL;
  if (has(request, CLONE_SIGHAND) && !has(request, CLONE_VM)) return -ERRNO.EINVAL;
  if (has(request, CLONE_FS) && has(request, CLONE_NEWNS)) return -ERRNO.EINVAL;
  if (has(request, CLONE_THREAD) && has(request, CLONE_PIDFD)) return -ERRNO.EINVAL;
  if (request.clearsHandlers && has(request, CLONE_SIGHAND)) return -ERRNO.EINVAL;
  if (has(request, NEW_NAMESPACES)) return -ERRNO.EPERM;
  return 0;
}

function writeTid(process: Process, at: number, tid: number): void {
  copyOut(process, at, new Uint8Array(Int32Array.of(tid).buffer));
}

/** Registers of what begins: it goes on behind the call too, with its own stack and storage, and gets 0. */
function setRegisters(registers: Registers, request: Request): void {
  registers.setGeneral(REGISTER_INDEX.rax, 0n);
  if (request.stack !== 0n) registers.setGeneral(REGISTER_INDEX.rsp, request.stack);
  if (has(request, CLONE_SETTLS)) registers.write(REGISTER_ID.FS_BASE, request.tls);
}

function beginThread(process: Process, request: Request): number {
  const { table, contexts, thread: parent, signals } = process;
  const tid = table.nextId();
  if (has(request, CLONE_PARENT_SETTID)) writeTid(process, request.parentTid, tid);
  if (has(request, CLONE_CHILD_SETTID)) writeTid(process, request.childTid, tid);
  process.deferred = () => {
    const { registers } = parent;
    contexts.fork(tid, () => setRegisters(registers, request));
    const thread = makeThread(tid, parent.name, registers, new ThreadSignals(signals));
    thread.signals.mask = parent.signals.mask;
    thread.nice = parent.nice;
    if (has(request, CLONE_CHILD_CLEARTID)) thread.clearTid = request.childTid;
    table.addThread(process, thread);
  };
  return tid;
}

/** The space of a new process, with the registers it begins with. */
function spaceOf(process: Process, pid: number, request: Request): AddressSpace {
  const { space, registers } = process;
  if (has(request, CLONE_VM)) {
    space.contexts.fork(pid, () => setRegisters(registers, request));
    return space;
  }
  const copy = space.copy();
  copy.contexts.name(pid);
  setRegisters(copy.registers, request);
  return copy;
}

function forkInto(process: Process, pid: number, request: Request): void {
  const parent = process.thread;
  const child = forkProcess(process, {
    pid,
    space: spaceOf(process, pid, request),
    parent: has(request, CLONE_PARENT) ? process.parent : process.pid,
    exitSignal: has(request, CLONE_PARENT) ? process.exitSignal : request.exitSignal,
    files: has(request, CLONE_FILES) ? process.files : process.files.fork(),
    paths: has(request, CLONE_FS) ? process.paths : process.paths.fork(),
  });
  // A stack of its own leaves the alternate one to the parent, if they share memory.
  if (!has(request, CLONE_VM) || has(request, CLONE_VFORK)) {
    child.thread.signals.alternateStack = parent.signals.alternateStack;
  }
  if (request.clearsHandlers) child.signals.dropHandlers();
  if (has(request, CLONE_CHILD_SETTID)) writeTid(child, request.childTid, pid);
  if (has(request, CLONE_CHILD_CLEARTID)) child.thread.clearTid = request.childTid;
}

/** Waits until a process no longer uses the caller's memory: it runs another program, or has ended. */
function untilLeft(process: Process, pid: number): Result {
  const { table, space } = process;
  const isLeft = () => {
    const child = table.processes.get(pid);
    return child === undefined || child.ending !== undefined || child.space !== space;
  };
  if (isLeft()) return pid;
  return { wait: { ready: isLeft }, retry: () => untilLeft(process, pid), isDeaf: true };
}

function beginProcess(process: Process, request: Request): Result {
  const { table, thread } = process;
  if (request.exitSignal > LAST_SIGNAL) return -ERRNO.EINVAL;
  const pid = table.nextId();
  const descriptor = has(request, CLONE_PIDFD) ? addPidfd(process, pid, 0) : undefined;
  if (descriptor !== undefined && descriptor < 0) return descriptor;
  if (descriptor !== undefined) writeTid(process, request.pidfd, descriptor);
  if (has(request, CLONE_PARENT_SETTID)) writeTid(process, request.parentTid, pid);
  process.deferred = () => {
    try {
      forkInto(process, pid, request);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // The host has no room for another guest.
      thread.waiting = undefined;
      thread.registers.setGeneral(REGISTER_INDEX.rax, BigInt(-ERRNO.EAGAIN));
    }
  };
  if (!has(request, CLONE_VFORK)) return pid;
  const wait = { ready: () => true };
  return { wait, retry: () => untilLeft(process, pid), isDeaf: true };
}

function begin(process: Process, request: Request): Result {
  const refused = check(request);
  if (refused !== 0) return refused;
  if (!process.table.hasRoom(has(request, CLONE_THREAD) ? "thread" : "process")) return -ERRNO.EAGAIN;
  return has(request, CLONE_THREAD) ? beginThread(process, request) : beginProcess(process, request);
}

const note = "No name spaces, no control groups; memory is shared with threads, and with CLONE_VM";

const PLAIN: Request = {
  ...{ flags: 0, stack: 0n, parentTid: 0, childTid: 0, tls: 0n, pidfd: 0, clearsHandlers: false },
  exitSignal: SIGNAL.SIGCHLD,
};

export const clone = syscall(
  "clone",
  "partial",
  { flags: flags(CLONE), stack: address, parent_tid: address, child_tid: address, tls: address },
  (process, values) =>
    begin(process, {
      ...PLAIN,
      flags: values.flags & ~CSIGNAL,
      exitSignal: values.flags & CSIGNAL,
      pidfd: values.parent_tid,
      stack: BigInt(values.stack),
      parentTid: values.parent_tid,
      childTid: values.child_tid,
      tls: BigInt(values.tls),
    }),
  note,
);

export const clone3 = syscall(
  "clone3",
  "partial",
  { args: address, size },
  (process, { args, size }) => {
    if (size < CLONE_ARGS.LEAST) return -ERRNO.EINVAL;
    if (size > 4096) return -ERRNO.E2BIG;
    const bytes = copyIn(process, args, size);
    if (bytes === undefined) return -ERRNO.EFAULT;
    if (bytes.subarray(CLONE_ARGS.ALL).some((byte) => byte !== 0)) return -ERRNO.E2BIG;
    const view = new DataView(bytes.buffer);
    const word = (at: number) => view.getBigUint64(at, true);
    const [stack, stackSize] = [word(CLONE_ARGS.STACK), word(CLONE_ARGS.STACK_SIZE)];
    if ((stack === 0n) !== (stackSize === 0n) || word(CLONE_ARGS.FLAGS) & BigInt(CSIGNAL)) return -ERRNO.EINVAL;
    if (word(CLONE_ARGS.SET_TID_SIZE) !== 0n || word(CLONE_ARGS.FLAGS) >> 33n !== 0n) return -ERRNO.EPERM;
    return begin(process, {
      flags: Number(word(CLONE_ARGS.FLAGS) & 0xffff_ffffn) | 0,
      exitSignal: Number(word(CLONE_ARGS.EXIT_SIGNAL)),
      pidfd: Number(word(CLONE_ARGS.PIDFD)),
      clearsHandlers: (word(CLONE_ARGS.FLAGS) & BigInt(CLONE_CLEAR_SIGHAND)) !== 0n,
      stack: stack + stackSize,
      parentTid: Number(word(CLONE_ARGS.PARENT_TID)),
      childTid: Number(word(CLONE_ARGS.CHILD_TID)),
      tls: word(CLONE_ARGS.TLS),
    });
  },
  note,
);

export const fork = syscall("fork", "full", {}, (process) => begin(process, PLAIN));

export const vfork = syscall(
  "vfork",
  "full",
  {},
  (process) => begin(process, { ...PLAIN, flags: CLONE_VM | CLONE_VFORK }),
);

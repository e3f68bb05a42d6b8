/** Rows that begin threads: clone(2), clone3(2). Processes are not begun: fork(2) and vfork(2) fail as at a limit. */

import { REGISTER_ID, REGISTER_INDEX } from "../../arch/x86_64.ts";
import { CLONE, CLONE_ARGS, NEW_NAMESPACES } from "../abi/clone.ts";
import { ERRNO } from "../abi/errno.ts";
import { copyIn, copyOut } from "../guest_pointers.ts";
import { address, flags, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { ThreadSignals } from "../signals.ts";
import { syscall } from "../syscall.ts";
import { makeThread } from "../threads.ts";

const { CLONE_VM, CLONE_FS, CLONE_SIGHAND, CLONE_THREAD, CLONE_SETTLS } = CLONE;
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
}

const has = (request: Request, flag: number) => (request.flags & flag) !== 0;

/** Combinations that Linux refuses; see clone(2), ERRORS. */
function check(request: Request): number {
  if (has(request, CLONE_THREAD) && !has(request, CLONE_SIGHAND)) return -ERRNO.EINVAL;
  if (has(request, CLONE_SIGHAND) && !has(request, CLONE_VM)) return -ERRNO.EINVAL;
  if (has(request, CLONE_FS) && has(request, CLONE_NEWNS)) return -ERRNO.EINVAL;
  if (has(request, CLONE_THREAD) && has(request, CLONE_PIDFD)) return -ERRNO.EINVAL;
  if (has(request, NEW_NAMESPACES)) return -ERRNO.EPERM;
  return 0;
}

function writeTid(process: Process, at: number, tid: number): void {
  copyOut(process, at, new Uint8Array(Int32Array.of(tid).buffer));
}

/** Begins a thread: it goes on behind the call too, with its own stack and storage, and gets 0. */
function beginThread(process: Process, request: Request): number {
  const { table, contexts, thread: parent, signals } = process;
  const tid = table.nextId();
  if (has(request, CLONE_PARENT_SETTID)) writeTid(process, request.parentTid, tid);
  if (has(request, CLONE_CHILD_SETTID)) writeTid(process, request.childTid, tid);
  process.deferred = () => {
    const { registers } = parent;
    contexts.fork(tid, () => {
      registers.setGeneral(REGISTER_INDEX.rax, 0n);
      if (request.stack !== 0n) registers.setGeneral(REGISTER_INDEX.rsp, request.stack);
      if (has(request, CLONE_SETTLS)) registers.write(REGISTER_ID.FS_BASE, request.tls);
    });
    const thread = makeThread(tid, parent.name, registers, new ThreadSignals(signals));
    thread.signals.mask = parent.signals.mask;
    if (has(request, CLONE_CHILD_CLEARTID)) thread.clearTid = request.childTid;
    table.addThread(process, thread);
  };
  return tid;
}

function begin(process: Process, request: Request): number {
  const refused = check(request);
  if (refused !== 0) return refused;
  return has(request, CLONE_THREAD) ? beginThread(process, request) : -ERRNO.EAGAIN;
}

const note = "Threads only";

export const clone = syscall(
  "clone",
  "partial",
  { flags: flags(CLONE), stack: address, parent_tid: address, child_tid: address, tls: address },
  (process, values) =>
    begin(process, {
      flags: values.flags,
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
    if ((stack === 0n) !== (stackSize === 0n)) return -ERRNO.EINVAL;
    return begin(process, {
      flags: Number(word(CLONE_ARGS.FLAGS) & 0xffff_ffffn),
      stack: stack + stackSize,
      parentTid: Number(word(CLONE_ARGS.PARENT_TID)),
      childTid: Number(word(CLONE_ARGS.CHILD_TID)),
      tls: word(CLONE_ARGS.TLS),
    });
  },
  note,
);

export const fork = syscall("fork", "refused", {}, () => -ERRNO.EAGAIN);
export const vfork = syscall("vfork", "refused", {}, () => -ERRNO.EAGAIN);

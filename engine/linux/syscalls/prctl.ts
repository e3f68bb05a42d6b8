/** prctl(2), arch_prctl(2), personality(2): what a process sets about itself. */

import { REGISTER_ID } from "../../arch/x86_64.ts";
import { ERRNO } from "../abi/errno.ts";
import { ARCH, PR } from "../abi/prctl.ts";
import { LAST_SIGNAL } from "../abi/signals.ts";
import { copyOut } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, choice, long, unsigned } from "../parameters.ts";
import type { Process } from "../process.ts";
import { syscall } from "../syscall.ts";

const NAME_SIZE = 16;
/** Addresses of user space end here: bases past it are refused. */
const USER_END = 2n ** 47n - 4096n;

function setName(process: Process, at: number): number {
  const reach = process.memory.accessible(at, NAME_SIZE - 1, 1);
  const bytes = process.memory.uncheckedView(at, reach);
  const end = bytes.indexOf(0);
  if (end < 0 && reach < NAME_SIZE - 1) return -ERRNO.EFAULT;
  process.thread.name = new TextDecoder().decode(end < 0 ? bytes : bytes.slice(0, end));
  return 0;
}

function getName(process: Process, at: number): number {
  const bytes = new Uint8Array(NAME_SIZE);
  bytes.set(new TextEncoder().encode(process.thread.name).subarray(0, NAME_SIZE - 1));
  return copyOut(process, at, bytes) ? 0 : -ERRNO.EFAULT;
}

function writeInt(process: Process, at: number, value: number): number {
  return copyOut(process, at, new Uint8Array(Int32Array.of(value).buffer)) ? 0 : -ERRNO.EFAULT;
}

type Handler = (process: Process, values: readonly bigint[]) => number;

const zero: Handler = () => 0;
const at = (value: bigint) => Number(BigInt.asUintN(64, value));

const OPERATIONS = new Map<number, Handler>([
  [PR.PR_SET_NAME, (process, [name]) => setName(process, at(name))],
  [PR.PR_GET_NAME, (process, [name]) => getName(process, at(name))],
  [PR.PR_SET_PDEATHSIG, ({ settings }, [signal]) => {
    if (signal < 0n || signal > BigInt(LAST_SIGNAL)) return -ERRNO.EINVAL;
    settings.parentDeathSignal = Number(signal);
    return 0;
  }],
  [PR.PR_GET_PDEATHSIG, (process, [to]) => writeInt(process, at(to), process.settings.parentDeathSignal)],
  [PR.PR_GET_DUMPABLE, ({ settings }) => settings.dumpable],
  [PR.PR_SET_DUMPABLE, ({ settings }, [value]) => {
    if (value !== 0n && value !== 1n) return -ERRNO.EINVAL;
    settings.dumpable = Number(value);
    return 0;
  }],
  [PR.PR_GET_KEEPCAPS, zero],
  [PR.PR_SET_KEEPCAPS, zero],
  [PR.PR_GET_TIMING, zero],
  [PR.PR_SET_TIMING, (_, [value]) => value === 0n ? 0 : -ERRNO.EINVAL],
  [PR.PR_GET_SECCOMP, zero],
  [PR.PR_SET_SECCOMP, () => -ERRNO.EINVAL],
  [PR.PR_CAPBSET_READ, (_, [capability]) => hostCall("prctl", PR.PR_CAPBSET_READ, capability)],
  [PR.PR_GET_TSC, (process, [to]) => writeInt(process, at(to), 1)],
  [PR.PR_GET_SECUREBITS, zero],
  [PR.PR_SET_TIMERSLACK, zero],
  [PR.PR_GET_TIMERSLACK, () => 50_000],
  [PR.PR_SET_CHILD_SUBREAPER, zero],
  [PR.PR_GET_CHILD_SUBREAPER, (process, [to]) => writeInt(process, at(to), 0)],
  [PR.PR_SET_NO_NEW_PRIVS, ({ settings }, [value, ...rest]) => {
    if (value !== 1n || rest.slice(0, 3).some((other) => other !== 0n)) return -ERRNO.EINVAL;
    settings.noNewPrivileges = true;
    return 0;
  }],
  [PR.PR_GET_NO_NEW_PRIVS, ({ settings }) => settings.noNewPrivileges ? 1 : 0],
  [PR.PR_SET_THP_DISABLE, zero],
  [PR.PR_GET_THP_DISABLE, zero],
  [PR.PR_SET_VMA, zero],
  [PR.PR_SET_PTRACER, zero],
]);

export const prctl = syscall(
  "prctl",
  "partial",
  { option: choice(PR), arg2: long, arg3: long, arg4: long, arg5: long },
  (process, { option, arg2, arg3, arg4, arg5 }) => {
    const operation = OPERATIONS.get(option);
    return operation === undefined ? -ERRNO.EINVAL : operation(process, [arg2, arg3, arg4, arg5]);
  },
  "Names, dumpability and what has no effect here; seccomp and the others are refused with EINVAL",
);

function setBase(process: Process, register: number, base: bigint): number {
  if (BigInt.asUintN(64, base) >= USER_END) return -ERRNO.EPERM;
  process.registers.write(register, base);
  return 0;
}

function getBase(process: Process, register: number, to: bigint): number {
  const record = new Uint8Array(BigUint64Array.of(process.registers.read(register)).buffer);
  return copyOut(process, at(to), record) ? 0 : -ERRNO.EFAULT;
}

export const arch_prctl = syscall(
  "arch_prctl",
  "partial",
  { code: choice(ARCH), addr: long },
  (process, { code, addr }) => {
    switch (code) {
      case ARCH.ARCH_SET_FS:
        return setBase(process, REGISTER_ID.FS_BASE, addr);
      case ARCH.ARCH_SET_GS:
        return setBase(process, REGISTER_ID.GS_BASE, addr);
      case ARCH.ARCH_GET_FS:
        return getBase(process, REGISTER_ID.FS_BASE, addr);
      case ARCH.ARCH_GET_GS:
        return getBase(process, REGISTER_ID.GS_BASE, addr);
      case ARCH.ARCH_GET_CPUID:
        return 1;
      case ARCH.ARCH_SET_CPUID:
        return -ERRNO.ENODEV;
      default:
        return -ERRNO.EINVAL;
    }
  },
  "Segment bases; CPUID cannot be made to fault, shadow stacks and XSAVE features are refused with EINVAL",
);

export const personality = syscall(
  "personality",
  "partial",
  { persona: unsigned },
  ({ settings }, { persona }) => {
    const old = settings.personality;
    if (persona !== 0xffff_ffff) settings.personality = persona;
    return old;
  },
  "Kept and told; addresses are the same in every run anyway",
);

export const set_tid_address = syscall("set_tid_address", "full", { tidptr: address }, (process, { tidptr }) => {
  process.thread.clearTid = tidptr;
  return process.thread.tid;
});

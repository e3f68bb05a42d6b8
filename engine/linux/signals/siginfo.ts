/**
 * `siginfo_t`: what a handler is told of a signal. Kept as its 128 bytes, so that what a guest queues arrives as it was.
 *
 *     0 si_signo | 4 si_errno | 8 si_code | 12 - | 16 sender's pid, fault's address or timer | 20 uid | 24 value
 *
 * From `<asm-generic/siginfo.h>`; see sigaction(2). Leaves out the fields of SIGPOLL and SIGSYS.
 */

import { signalName } from "../abi/signals.ts";

/** Bytes of a `siginfo_t`. */
export const SIGINFO_SIZE = 128;

/** A signal on its way. */
export interface SignalInfo {
  readonly signal: number;
  /** `si_code`. */
  readonly code: number;
  /** The `siginfo_t`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The address that a fault is about. */
  readonly address?: bigint;
}

function make(signal: number, code: number, fill: (view: DataView) => void): SignalInfo {
  const bytes = new Uint8Array(SIGINFO_SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, signal, true);
  view.setInt32(8, code, true);
  fill(view);
  return { signal, code, bytes };
}

/** A signal that a process sent: kill(2), tgkill(2). */
export function sentSignal(signal: number, code: number, sender: { pid: number; uid: number }): SignalInfo {
  return make(signal, code, (view) => {
    view.setInt32(16, sender.pid, true);
    view.setUint32(20, sender.uid, true);
  });
}

/** A signal that an instruction caused. */
export function faultSignal(signal: number, code: number, address: bigint): SignalInfo {
  return { ...make(signal, code, (view) => view.setBigUint64(16, address, true)), address };
}

/** A signal about the end of a child: SIGCHLD. */
export function childSignal(
  signal: number,
  child: { pid: number; uid: number; code: number; status: number },
): SignalInfo {
  return make(signal, child.code, (view) => {
    view.setInt32(16, child.pid, true);
    view.setUint32(20, child.uid, true);
    view.setInt32(24, child.status, true);
  });
}

/** A signal from the kernel itself, such as SIGALRM. */
export function kernelSignal(signal: number, code: number): SignalInfo {
  return make(signal, code, () => {});
}

/** A signal of a timer of timer_create(2). */
export function timerSignal(signal: number, code: number, timer: { id: number; value: bigint }): SignalInfo {
  return make(signal, code, (view) => {
    view.setInt32(16, timer.id, true);
    view.setBigUint64(24, timer.value, true);
  });
}

/** A signal that a guest describes itself: rt_sigqueueinfo(2). */
export function queuedSignal(signal: number, info: Uint8Array): SignalInfo {
  const bytes = new Uint8Array(SIGINFO_SIZE);
  bytes.set(info.subarray(0, SIGINFO_SIZE));
  const view = new DataView(bytes.buffer);
  view.setInt32(0, signal, true);
  return { signal, code: view.getInt32(8, true), bytes };
}

/** A signal as strace(1) announces it. */
export function signalText(info: SignalInfo): string {
  const name = signalName(info.signal);
  const view = new DataView(info.bytes.buffer);
  const rest = info.address !== undefined
    ? `, si_addr=0x${info.address.toString(16)}`
    : info.code <= 0
    ? `, si_pid=${view.getInt32(16, true)}, si_uid=${view.getUint32(20, true)}`
    : "";
  return `--- ${name} {si_signo=${name}, si_code=${info.code}${rest}} ---`;
}

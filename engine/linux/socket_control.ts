/**
 * Control messages of sendmsg(2) and recvmsg(2): descriptors travel under the numbers of the host, and arrive under new
 * numbers of the guest. See cmsg(3), unix(7).
 */

import { SCM, SENT_CONTROL, SOL } from "./abi/sockets.ts";
import { ERRNO } from "./abi/errno.ts";
import { HostBuffer } from "./host.ts";
import { descriptorName } from "./host_files.ts";
import type { Process } from "./process.ts";

/** Offsets in `struct cmsghdr`. */
const CMSG = { LENGTH: 0, LEVEL: 8, TYPE: 12, DATA: 16 } as const;
/** Most bytes of control messages that a call takes here. */
export const MOST_CONTROL = 65536;

/** Where control messages are while the host has them. */
export const control = new HostBuffer(MOST_CONTROL);

interface ControlMessage {
  readonly level: number;
  readonly type: number;
  /** Where its data is, and how much. */
  readonly at: number;
  readonly size: number;
}

function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** The messages in the first bytes of the buffer; a wrong length gives undefined. */
function messages(length: number): ControlMessage[] | undefined {
  const list: ControlMessage[] = [];
  for (let at = 0; at + CMSG.DATA <= length;) {
    const size = Number(control.view.getBigUint64(at + CMSG.LENGTH, true));
    if (size < CMSG.DATA || at + size > length) return undefined;
    list.push({
      level: control.view.getInt32(at + CMSG.LEVEL, true),
      type: control.view.getInt32(at + CMSG.TYPE, true),
      at: at + CMSG.DATA,
      size: size - CMSG.DATA,
    });
    at += align(size);
  }
  return list;
}

/**
 * Turns what a guest sends into what the host sends.
 *
 * @param bytes The guest's messages.
 * @returns 0, or the errno with which the call fails.
 */
export function prepareControl(process: Process, bytes: Uint8Array): number {
  if (bytes.length > MOST_CONTROL) return -ERRNO.ENOBUFS;
  control.bytes.set(bytes);
  const list = messages(bytes.length);
  if (list === undefined) return -ERRNO.EINVAL;
  for (const { level, type, at, size } of list) {
    if (!SENT_CONTROL[level]?.includes(type)) return -ERRNO.EINVAL;
    if (level !== SOL.SOL_SOCKET) continue;
    if (type === SCM.SCM_CREDENTIALS) {
      if (size >= 4 && control.view.getInt32(at, true) === process.pid) control.view.setInt32(at, Deno.pid, true);
      continue;
    }
    for (let offset = 0; offset + 4 <= size; offset += 4) {
      const file = process.files.get(control.view.getInt32(at + offset, true));
      if (file === undefined) return -ERRNO.EBADF;
      // What stands for the guest's /proc would be the host's at the other end.
      if (file.node?.kind === "directory") return -ERRNO.EPERM;
      control.view.setInt32(at + offset, file.host, true);
    }
  }
  return 0;
}

/**
 * Turns what the host received into what the guest gets: new descriptors, as many as there is room for.
 *
 * @param length Bytes of the messages.
 * @returns The guest's messages, and whether descriptors were lost.
 */
export function takeControl(
  process: Process,
  length: number,
  closeOnExec: boolean,
): { readonly bytes: Uint8Array; readonly isCut: boolean } {
  let isCut = false;
  for (const { level, type, at, size } of messages(length) ?? []) {
    if (level !== SOL.SOL_SOCKET) continue;
    if (type === SCM.SCM_CREDENTIALS && control.view.getInt32(at, true) === Deno.pid) {
      control.view.setInt32(at, process.pid, true);
    }
    if (type !== SCM.SCM_RIGHTS) continue;
    for (let offset = 0; offset + 4 <= size; offset += 4) {
      const host = control.view.getInt32(at + offset, true);
      const path = () => new TextDecoder().decode(process.paths.toGuest(descriptorName(host)));
      const descriptor = process.files.add(host, path, closeOnExec);
      if (descriptor < 0) isCut = true;
      control.view.setInt32(at + offset, descriptor, true);
    }
  }
  return { bytes: control.bytes.slice(0, length), isCut };
}

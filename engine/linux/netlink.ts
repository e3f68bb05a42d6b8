/**
 * Sockets of netlink(7) to the kernel's routing: guests may ask (RTM_GET*), as getifaddrs(3) and if_nameindex(3) do, and
 * change nothing. Leaves out being told of changes (groups), talking to other processes, and other families of netlink.
 */

import { ERRNO } from "./abi/errno.ts";
import { AF, NETLINK_ROUTE, SO } from "./abi/sockets.ts";
import type { OpenFile } from "./files.ts";
import { copyRangesIn, type Range, totalLength } from "./guest_pointers.ts";
import { HostBuffer } from "./host.ts";
import type { Process } from "./process.ts";
import { socketNumber } from "./socket_waits.ts";

/** `struct nlmsghdr`: length, type. Messages begin at multiples of 4. */
const HEADER = { LENGTH: 0, TYPE: 4, BYTES: 16, ALIGN: 4 } as const;
/** `struct sockaddr_nl`: family, the receiver's port, groups. */
const ADDRESS = { PORT: 4, GROUPS: 8, BYTES: 12 } as const;
/** The first type of routing messages; of each four the third asks. */
const [FIRST_ROUTE, KINDS, ASKS] = [16, 4, 2];
const MOST_BYTES = 4096;

/** A range of the host's that is kept as long as this is. */
interface Copied extends Range {
  readonly copy: HostBuffer;
}

/** Whether a file is such a socket. */
export function isNetlink(file: OpenFile): boolean {
  return socketNumber(file, SO.SO_DOMAIN) === AF.AF_NETLINK;
}

/** Whether an address may be used: the kernel's, and for bind(2) any port, but no groups. */
export function mayUseNetlink(bytes: Uint8Array<ArrayBuffer>, isOwn: boolean): boolean {
  if (bytes.length < ADDRESS.BYTES) return true; // Linux has an error for it
  const view = new DataView(bytes.buffer);
  return view.getUint32(ADDRESS.GROUPS, true) === 0 && (isOwn || view.getUint32(ADDRESS.PORT, true) === 0);
}

function onlyAsks({ view }: HostBuffer, length: number): boolean {
  for (let at = 0; at < length;) {
    const size = length - at < HEADER.BYTES ? 0 : view.getUint32(at + HEADER.LENGTH, true);
    const type = size < HEADER.BYTES ? 0 : view.getUint16(at + HEADER.TYPE, true);
    if (size > length - at || type < FIRST_ROUTE || type % KINDS !== ASKS) return false;
    at += Math.ceil(size / HEADER.ALIGN) * HEADER.ALIGN;
  }
  return true;
}

/**
 * What a guest sends, as a copy that it cannot change any more.
 *
 * @returns The copy, or a negative errno: EPERM if it does anything but ask.
 */
export function netlinkQuestion(process: Process, file: OpenFile, ranges: readonly Range[]): Copied[] | number {
  const length = totalLength(ranges);
  if (socketNumber(file, SO.SO_PROTOCOL) !== NETLINK_ROUTE || length > MOST_BYTES) return -ERRNO.EPERM;
  const bytes = copyRangesIn(process, ranges);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const copy = new HostBuffer(Math.max(1, length));
  copy.bytes.set(bytes);
  return onlyAsks(copy, length) ? [{ address: copy.address, length, copy }] : -ERRNO.EPERM;
}

/** Rows getsockopt(2) and setsockopt(2): the options of `OPTIONS`; others fail as options that are not known. */

import { ERRNO } from "../abi/errno.ts";
import { OPTIONS, SO, SOL } from "../abi/sockets.ts";
import { withFile } from "../file_calls.ts";
import { copyIn, copyOut, readable, writable } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { address, choice, fd, int } from "../parameters.ts";
import { syscall } from "../syscall.ts";

/** Longest value that an option has. */
const VALUE_BYTES = 4096;
const NOTE = "No options with pointers or descriptors in them, and none of the administrator's; SO_LINGER never waits";

/** getsockopt(2) */
export const getsockopt = syscall(
  "getsockopt",
  "partial",
  { sockfd: fd, level: choice(SOL), optname: int, optval: address, optlen: address },
  (process, { sockfd, level, optname, optval, optlen }) =>
    withFile(process, sockfd, (file) => {
      const length = copyIn(process, optlen, 4);
      if (length === undefined) return -ERRNO.EFAULT;
      const size = new DataView(length.buffer).getInt32(0, true);
      if (size < 0) return -ERRNO.EINVAL;
      if (!OPTIONS[level]?.includes(optname)) {
        // What is no socket has its own error.
        const status = hostCall("getsockopt", file.host, SOL.SOL_SOCKET, SO.SO_TYPE, 0, 0);
        return status === -ERRNO.ENOTSOCK ? status : -ERRNO.ENOPROTOOPT;
      }
      const at = writable(process, optval, Math.min(size, VALUE_BYTES));
      const status = hostCall("getsockopt", file.host, level, optname, at, writable(process, optlen, 4));
      if (status < 0 || level !== SOL.SOL_SOCKET || optname !== SO.SO_PEERCRED || size < 4) return status;
      const peer = copyIn(process, optval, 4);
      if (peer !== undefined && new DataView(peer.buffer).getInt32(0, true) === Deno.pid) {
        copyOut(process, optval, new Uint8Array(Int32Array.of(process.pid).buffer));
      }
      return status;
    }),
  NOTE,
);

/** setsockopt(2) */
export const setsockopt = syscall(
  "setsockopt",
  "partial",
  { sockfd: fd, level: choice(SOL), optname: int, optval: address, optlen: int },
  (process, { sockfd, level, optname, optval, optlen }) =>
    withFile(process, sockfd, (file) => {
      if (optlen < 0) return -ERRNO.EINVAL;
      if (!OPTIONS[level]?.includes(optname)) {
        const status = hostCall("setsockopt", file.host, SOL.SOL_SOCKET, SO.SO_TYPE, 0, 0);
        return status === -ERRNO.ENOTSOCK ? status : -ERRNO.ENOPROTOOPT;
      }
      const size = Math.min(optlen, VALUE_BYTES);
      if (level === SOL.SOL_SOCKET && optname === SO.SO_LINGER && lingers(copyIn(process, optval, 8))) return 0;
      return hostCall("setsockopt", file.host, level, optname, readable(process, optval, size), size);
    }),
  NOTE,
);

/** Whether closing would wait: the host would, so data is sent after the socket is closed, as by default. */
function lingers(bytes: Uint8Array<ArrayBuffer> | undefined): boolean {
  if (bytes === undefined) return false;
  const view = new DataView(bytes.buffer);
  return view.getInt32(0, true) !== 0 && view.getInt32(4, true) !== 0;
}

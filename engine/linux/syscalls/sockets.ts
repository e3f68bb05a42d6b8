/**
 * Sockets: refused. Guests have no network, and no sockets to other processes; programs take that for a machine
 * without either. See socket(2).
 */

import { ERRNO } from "../abi/errno.ts";
import { address, int } from "../parameters.ts";
import { syscall } from "../syscall.ts";

const NOTE = "Guests have no sockets: the call fails with EACCES";

export const socket = syscall(
  "socket",
  "refused",
  { domain: int, type: int, protocol: int },
  () => -ERRNO.EACCES,
  NOTE,
);
export const socketpair = syscall(
  "socketpair",
  "refused",
  { domain: int, type: int, protocol: int, sv: address },
  () => -ERRNO.EACCES,
  NOTE,
);

/**
 * Rows that make sockets and connect them: socket(2), socketpair(2), bind(2), listen(2), accept(2), connect(2),
 * getsockname(2), getpeername(2), shutdown(2).
 *
 * Guests have local sockets, the internet's streams and datagrams, and can ask about interfaces and routes (netlink.ts); no
 * raw or other sockets.
 */

import { ERRNO } from "../abi/errno.ts";
import { POLL } from "../abi/files.ts";
import { ADDRESS_BYTES, AF, NETLINK_ROUTE, PROTOCOLS, SHUT, SO, SOCK, SOCK_FLAGS } from "../abi/sockets.ts";
import { withFile } from "../file_calls.ts";
import type { OpenFile } from "../files.ts";
import { HostBuffer, hostCall } from "../host.ts";
import { hostPoll } from "../host_files.ts";
import { address, choice, fd, flags, int, type Parameter } from "../parameters.ts";
import type { Process } from "../process.ts";
import { copyAddress, mayListen, nameOf, withAddress } from "../socket_address.ts";
import { socketNumber, waitForSocket, withoutWaiting } from "../socket_waits.ts";
import { type Result, syscall } from "../syscall.ts";
import { tellPair } from "./descriptors.ts";

const { SOCK_CLOEXEC, SOCK_NONBLOCK } = SOCK_FLAGS;
const pair = new HostBuffer(8);
const accepted = new HostBuffer(ADDRESS_BYTES);
const length = new HostBuffer(4);
const NOTE = "Local sockets, TCP, UDP, and netlink to ask about routing; no raw, packet or other sockets";

/** A type of socket with its flags. */
const socketType: Parameter<number> = {
  decode: int.decode,
  show(register, call) {
    const value = int.decode(register);
    const type = choice({ SOCK_STREAM: 1, SOCK_DGRAM: 2, SOCK_RAW: 3, SOCK_SEQPACKET: 5 })
      .show(BigInt(value & SOCK.TYPE), call);
    const rest = value & ~SOCK.TYPE;
    return rest === 0 ? type : `${type}|${flags(SOCK_FLAGS).show(BigInt(rest), call)}`;
  },
};
const domain = choice(AF);

/** @returns The errno with which a kind of socket is refused, or 0. */
function refusal(domain: number, type: number, protocol: number): number {
  if (domain === AF.AF_UNIX) return 0;
  if (domain === AF.AF_NETLINK) return protocol === NETLINK_ROUTE ? 0 : -ERRNO.EPROTONOSUPPORT;
  if (domain !== AF.AF_INET && domain !== AF.AF_INET6) return -ERRNO.EAFNOSUPPORT;
  const kind = type & SOCK.TYPE;
  if (kind !== SOCK.SOCK_STREAM && kind !== SOCK.SOCK_DGRAM) return -ERRNO.EPERM;
  return PROTOCOLS.includes(protocol) ? 0 : -ERRNO.EPROTONOSUPPORT;
}

/** socket(2) */
export const socket = syscall(
  "socket",
  "partial",
  { domain, type: socketType, protocol: int },
  (process, { domain, type, protocol }) => {
    if (!process.files.hasRoom()) return -ERRNO.EMFILE;
    const refused = refusal(domain, type, protocol);
    if (refused < 0) return refused;
    const host = hostCall("socket", domain, type | SOCK_CLOEXEC, protocol);
    return host < 0 ? host : addSocket(process, host, (type & SOCK_CLOEXEC) !== 0);
  },
  NOTE,
);

function addSocket(process: Process, host: number, closeOnExec: boolean): number {
  return process.files.add(host, `socket:[${hostInode(host)}]`, closeOnExec);
}

function hostInode(host: number): string {
  const status = new HostBuffer(144);
  return hostCall("fstat", host, status.address) < 0 ? "" : String(status.view.getBigUint64(8, true));
}

/** socketpair(2) */
export const socketpair = syscall(
  "socketpair",
  "full",
  { domain, type: socketType, protocol: int, sv: address },
  (process, { domain, type, protocol, sv }) => {
    if (!process.files.hasRoom(2)) return -ERRNO.EMFILE;
    if (domain !== AF.AF_UNIX) return refusal(domain, type, protocol) || -ERRNO.EOPNOTSUPP;
    const status = hostCall("socketpair", domain, type | SOCK_CLOEXEC, protocol, pair.address);
    if (status < 0) return status;
    return tellPair(
      process,
      sv,
      [pair.view.getInt32(0, true), pair.view.getInt32(4, true)],
      (type & SOCK_CLOEXEC) !== 0,
    );
  },
);

/** bind(2) */
export const bind = syscall(
  "bind",
  "full",
  { sockfd: fd, addr: address, addrlen: int },
  (process, { sockfd, addr, addrlen }) =>
    withFile(
      process,
      sockfd,
      (file) => withAddress(process, addr, addrlen, "bind", (at, size) => hostCall("bind", file.host, at, size)),
    ),
);

/** listen(2) */
export const listen = syscall(
  "listen",
  "full",
  { sockfd: fd, backlog: int },
  (process, { sockfd, backlog }) =>
    withFile(
      process,
      sockfd,
      (file) => mayListen(process, file) ? hostCall("listen", file.host, backlog) : -ERRNO.EACCES,
    ),
);

interface Accepting {
  readonly sockfd: number;
  readonly addr: number;
  readonly addrlen: number;
  readonly flags: number;
}

function acceptOn(process: Process, { sockfd, addr, addrlen, flags }: Accepting): Result {
  if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) return -ERRNO.EINVAL;
  return withFile(process, sockfd, (file) => {
    if (!process.files.hasRoom()) return -ERRNO.EMFILE;
    return waitForSocket(file, {
      events: POLL.POLLIN,
      timeout: SO.SO_RCVTIMEO,
      attempt() {
        length.view.setUint32(0, ADDRESS_BYTES, true);
        const host = withoutWaiting(
          file,
          POLL.POLLIN,
          () => hostCall("accept4", file.host, accepted.address, length.address, flags | SOCK_CLOEXEC),
        );
        if (host === -ERRNO.EAGAIN && !file.isNonBlocking) return undefined;
        if (host < 0) return host;
        const peer = accepted.bytes.slice(0, length.view.getUint32(0, true));
        const status = addr === 0 ? 0 : copyAddress(process, addr, addrlen, peer);
        if (status === 0) return addSocket(process, host, (flags & SOCK_CLOEXEC) !== 0);
        hostCall("close", host);
        return status;
      },
    });
  });
}

const endpoint = { sockfd: fd, addr: address, addrlen: address };

/** accept(2) */
export const accept = syscall(
  "accept",
  "full",
  endpoint,
  (process, values) => acceptOn(process, { ...values, flags: 0 }),
);

/** accept4(2) */
export const accept4 = syscall("accept4", "full", { ...endpoint, flags: flags(SOCK_FLAGS) }, acceptOn);

/** connect(2) */
export const connect = syscall(
  "connect",
  "full",
  { sockfd: fd, addr: address, addrlen: int },
  (process, { sockfd, addr, addrlen }) =>
    withFile(process, sockfd, (file) => {
      let isUnderWay = false;
      const isLocal = socketNumber(file, SO.SO_DOMAIN) === AF.AF_UNIX;
      const start = () =>
        withAddress(process, addr, addrlen, "connect", (at, size) =>
          withoutWaiting(file, 0, () =>
            hostCall("connect", file.host, at, size)));
      return waitForSocket(file, {
        events: isLocal ? 0 : POLL.POLLOUT,
        triesOften: isLocal,
        timeout: SO.SO_SNDTIMEO,
        attempt() {
          if (isUnderWay) {
            return connected(file);
          }
          const status = start();
          if (typeof status !== "number") {
            throw new TypeError("Cannot connect: an address waits");
          }
          if (file.isNonBlocking) {
            return status;
          }
          if (status === -ERRNO.EAGAIN) {
            return undefined; // a local listener whose queue is full
          }
          isUnderWay = status === -ERRNO.EINPROGRESS || status === -ERRNO.EALREADY;
          return isUnderWay ? undefined : status;
        },
        late: () =>
          isUnderWay ? -ERRNO.EINPROGRESS : -ERRNO.EAGAIN,
      });
    }),
);

/** How a connection went that was under way, or undefined if it still is. */
function connected(file: OpenFile): number | undefined {
  if (hostPoll(file.host, POLL.POLLOUT) === 0) return undefined;
  const error = socketNumber(file, SO.SO_ERROR);
  return error > 0 ? -error : error;
}

const naming = (name: "getsockname" | "getpeername") =>
  syscall(name, "full", endpoint, (process, { sockfd, addr, addrlen }) =>
    withFile(process, sockfd, (file) => {
      const bytes = nameOf(file, name);
      return typeof bytes === "number" ? bytes : copyAddress(process, addr, addrlen, bytes);
    }));

/** getsockname(2) */
export const getsockname = naming("getsockname");
/** getpeername(2) */
export const getpeername = naming("getpeername");

/** shutdown(2) */
export const shutdown = syscall(
  "shutdown",
  "full",
  { sockfd: fd, how: choice(SHUT) },
  (process, { sockfd, how }) => hostCall("shutdown", process.files.host(sockfd), how),
);

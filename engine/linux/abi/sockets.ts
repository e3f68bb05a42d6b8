/**
 * Constants of sockets: facts of `<sys/socket.h>`, `<linux/net.h>`, `<netinet/in.h>`, `<netinet/tcp.h>`. Names are the C
 * names, so that strace lines can show them.
 */

/** Address families that guests may use. */
export const AF = { AF_UNSPEC: 0, AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 } as const;
/** Types of sockets. */
export const SOCK = { SOCK_STREAM: 1, SOCK_DGRAM: 2, SOCK_SEQPACKET: 5, TYPE: 0xf } as const;
/** Flags that socket(2) takes with the type. */
export const SOCK_FLAGS = { SOCK_NONBLOCK: 0o4000, SOCK_CLOEXEC: 0o2000000 } as const;
/** Protocols of the internet that guests may use: any, ICMP echo, TCP, UDP, UDP-Lite. */
export const PROTOCOLS: readonly number[] = [0, 1, 6, 17, 58, 136];

/** The protocol of netlink(7) that guests have. */
export const NETLINK_ROUTE = 0;

/** Flags of send(2) and recv(2). */
export const MSG = {
  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_DONTROUTE: 4,
  MSG_CTRUNC: 8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_CONFIRM: 0x800,
  MSG_ERRQUEUE: 0x2000,
  MSG_NOSIGNAL: 0x4000,
  MSG_MORE: 0x8000,
  MSG_WAITFORONE: 0x10000,
  MSG_FASTOPEN: 0x20000000,
  MSG_CMSG_CLOEXEC: 0x40000000,
} as const;

/** How shutdown(2) ends a connection. */
export const SHUT = { SHUT_RD: 0, SHUT_WR: 1, SHUT_RDWR: 2 } as const;
/** Bytes of the largest address. */
export const ADDRESS_BYTES = 128;
/** Offsets in `struct msghdr`. */
export const MSGHDR = {
  NAME: 0,
  NAME_LENGTH: 8,
  VECTORS: 16,
  VECTOR_COUNT: 24,
  CONTROL: 32,
  CONTROL_LENGTH: 40,
  FLAGS: 48,
  BYTES: 56,
} as const;
/** Bytes of `struct mmsghdr`. */
export const MMSGHDR_BYTES = 64;

/** Levels of socket options. */
export const SOL = { SOL_IP: 0, SOL_SOCKET: 1, SOL_TCP: 6, SOL_UDP: 17, SOL_IPV6: 41 } as const;
/** Options of SOL_SOCKET that are more than numbers here. */
export const SO = {
  SO_TYPE: 3,
  SO_ERROR: 4,
  SO_LINGER: 13,
  SO_PEERCRED: 17,
  SO_RCVTIMEO: 20,
  SO_SNDTIMEO: 21,
  SO_PROTOCOL: 38,
  SO_DOMAIN: 39,
} as const;
/** Kinds of control messages of SOL_SOCKET. */
export const SCM = { SCM_RIGHTS: 1, SCM_CREDENTIALS: 2 } as const;

/**
 * Options that guests may read and set, by level. What is not here holds pointers (filters), gives descriptors
 * (SO_PEERPIDFD), maps memory (TCP_ZEROCOPY_RECEIVE), or is the administrator's (SO_MARK, firewalls).
 */
export const OPTIONS: Readonly<Record<number, readonly number[]>> = {
  [SOL.SOL_SOCKET]: [
    ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 28, 29, 30, 31, 32, 33, 34, 35, 37, 38, 39],
    ...[40, 42, 44, 46, 49, 57, 59, 63, 64, 66, 67],
  ],
  [SOL.SOL_IP]: [1, 2, 8, 10, 11, 12, 13, 14, 15, 20, 21, 24, 32, 33, 34, 35, 36, 39, 40, 49, 50],
  [SOL.SOL_TCP]: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 23, 24, 25, 26, 30, 36],
  [SOL.SOL_UDP]: [1, 103, 104],
  [SOL.SOL_IPV6]: [16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 29, 49, 51, 60, 62, 66, 67, 70, 72],
};

/** Control messages that guests may send, by level: descriptors and credentials, source and class of packets. */
export const SENT_CONTROL: Readonly<Record<number, readonly number[]>> = {
  [SOL.SOL_SOCKET]: [SCM.SCM_RIGHTS, SCM.SCM_CREDENTIALS],
  [SOL.SOL_IP]: [1, 2, 8],
  [SOL.SOL_UDP]: [103],
  [SOL.SOL_IPV6]: [50, 52, 67],
};

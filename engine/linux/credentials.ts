/**
 * Who a guest process is: user and group ids, process group and session. It starts as the host process is; what it
 * changes later is its own. See credentials(7).
 */

import { HostBuffer, hostCall } from "./host.ts";

/** User and group ids; `fs` ids follow the effective ones. */
export interface Credentials {
  readonly uid: number;
  readonly euid: number;
  readonly suid: number;
  readonly gid: number;
  readonly egid: number;
  readonly sgid: number;
  readonly groups: readonly number[];
}

/** The host process's identity. */
export function hostCredentials(): {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly credentials: Credentials;
} {
  const record = new HostBuffer(4 * 65536);
  const at = (index: number) => record.address + BigInt(index * 4);
  hostCall("getresuid", at(0), at(1), at(2));
  hostCall("getresgid", at(3), at(4), at(5));
  const [uid, euid, suid, gid, egid, sgid] = new Uint32Array(record.bytes.buffer, 0, 6);
  const count = Math.max(0, hostCall("getgroups", 65536, record.address));
  const groups = [...new Uint32Array(record.bytes.buffer, 0, count)];
  return {
    parent: hostCall("getppid"),
    group: hostCall("getpgid", 0),
    session: hostCall("getsid", 0),
    credentials: { uid, euid, suid, gid, egid, sgid, groups },
  };
}

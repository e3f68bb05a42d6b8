/** `/proc/<pid>/maps` of a guest, in the format of proc_pid_maps(5). */

import { AT_FDCWD, STAT } from "../abi/files.ts";
import { HostBuffer, hostCall } from "../host.ts";
import type { Process } from "../process.ts";

const NAME_COLUMN = 73;
const encoder = new TextEncoder();

function identity(process: Process, path: string): { device: string; inode: bigint } {
  const nothing = { device: "00:00", inode: 0n };
  if (!path.startsWith("/")) return nothing;
  const bytes = encoder.encode(process.paths.toHost(path));
  const name = new HostBuffer(bytes.length + 1);
  const status = new HostBuffer(STAT.BYTES);
  if (hostCall("newfstatat", AT_FDCWD, name.setString(bytes), status.address, 0) < 0) return nothing;
  const device = status.view.getBigUint64(STAT.DEVICE, true);
  // gnu_dev_major(3): 12 bits from 8 on and the rest from 32 on; the minor number is in two parts too.
  const major = device >> 8n & 0xfffn | device >> 32n & ~0xfffn;
  const minor = device & 0xffn | device >> 12n & ~0xffn & 0xffffffffn;
  const hex = (value: bigint) => value.toString(16).padStart(2, "0");
  return { device: `${hex(major)}:${hex(minor)}`, inode: status.view.getBigUint64(STAT.INODE, true) };
}

/** The text. */
export function mapsText(process: Process): Uint8Array {
  const identities = new Map<string, { device: string; inode: bigint }>();
  const address = (value: number) => value.toString(16).padStart(8, "0");
  const lines = process.memory.regions.list().map(({ start, end, protection, shared, name, offset }) => {
    let file = identities.get(name);
    if (file === undefined) identities.set(name, file = identity(process, name));
    const letters = [protection & 1 ? "r" : "-", protection & 2 ? "w" : "-", protection & 4 ? "x" : "-"].join("");
    const flags = `${letters}${shared ? "s" : "p"}`;
    const shown = name.startsWith("/") ? offset : 0;
    const head = [
      `${address(start)}-${address(end)}`,
      flags,
      shown.toString(16).padStart(8, "0"),
      file.device,
      file.inode,
    ].join(" ");
    return name === "" ? `${head} \n` : `${`${head} `.padEnd(NAME_COLUMN)}${name}\n`;
  });
  return encoder.encode(lines.join(""));
}

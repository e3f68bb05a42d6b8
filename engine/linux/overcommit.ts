/**
 * Whether the host would let a process have so much memory: the guest's mappings ask for none until they are touched,
 * so a size that no machine has must be refused as Linux does. See proc_sys_vm(5), overcommit_memory.
 *
 * Leaves out the strict mode (2), which is taken for the heuristic one (0).
 */

import { HostBuffer, hostCall } from "./host.ts";

/** `struct sysinfo`. */
const SYSINFO = { SIZE: 112, TOTAL_RAM: 32, TOTAL_SWAP: 72, UNIT: 104 } as const;

let most: number | undefined;

/** Bytes that one mapping may ask for. */
function mostBytes(): number {
  if (most !== undefined) return most;
  if (overcommitsAlways()) return most = Infinity;
  const record = new HostBuffer(SYSINFO.SIZE);
  hostCall("sysinfo", record.address);
  const { view } = record;
  const units = view.getBigUint64(SYSINFO.TOTAL_RAM, true) + view.getBigUint64(SYSINFO.TOTAL_SWAP, true);
  return most = Number(units) * view.getUint32(SYSINFO.UNIT, true);
}

function overcommitsAlways(): boolean {
  try {
    return Deno.readTextFileSync("/proc/sys/vm/overcommit_memory").trim() === "1";
  } catch (error) {
    // Without procfs, the kernel's default holds.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/** Whether memory that counts (private and writable, or shared without a file) may be asked for. */
export function mayCommit(bytes: number): boolean {
  return bytes <= mostBytes();
}

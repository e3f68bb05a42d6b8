/** What is mapped where: mappings as `/proc/<pid>/maps` writes them (see proc_pid_maps(5)), images as gdb lists them. */

import type { Image, Region } from "../../mod.ts";

const hexPadded = (value: number | bigint, width: number) => value.toString(16).padStart(width, "0");

/** One line a mapping. */
export function mapLines(regions: readonly Region[]): string[] {
  return regions.map(({ start, end, protection, shared, offset, name }) => {
    const mode = `${protection & 1 ? "r" : "-"}${protection & 2 ? "w" : "-"}${protection & 4 ? "x" : "-"}`;
    const head = `${hexPadded(start, 8)}-${hexPadded(end, 8)} ${mode}${shared ? "s" : "p"} ${hexPadded(offset, 8)}`;
    return `${head} ${name}`.trimEnd();
  });
}

/** One line an image: where it is, what it is to the guest, its file. */
export function imageLines(images: readonly Pick<Image, "start" | "end" | "role" | "path">[]): string[] {
  return [
    "From                To                  Role         File",
    ...images.map(({ start, end, role, path }) =>
      `0x${hexPadded(start, 16)}  0x${hexPadded(end, 16)}  ${role.padEnd(11)}  ${path}`
    ),
  ];
}

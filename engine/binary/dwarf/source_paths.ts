/** Names of source files: what compilers leave in debug information, against what people write. */

import { posix } from "node:path";
import type { DwarfFile } from "./line_header.ts";

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The whole path of a file, without `.` and `..`; it starts with `/` if its folder is known. */
export function pathOf({ name, directory }: DwarfFile): string {
  return posix.normalize(directory === undefined ? name : `${directory}/${name}`);
}

/**
 * Whether a file is the one that somebody means.
 *
 * @param file The file.
 * @param wanted Its whole path, or its last parts: `file.c`, `src/file.c`.
 * @returns Whether the path is the wanted one, or ends with it after a slash.
 */
export function isSameFile(file: DwarfFile, wanted: string): boolean {
  if (baseName(file.name) !== baseName(wanted)) return false;
  const [path, end] = [pathOf(file), posix.normalize(wanted)];
  return path === end || path.endsWith(`/${end}`);
}

/** Lines of the guest's source files, as far as they are on this machine. */

import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourcePlace } from "../../mod.ts";
import type { SourceRow } from "../views/source.ts";

/** The guests that come with Ceratops name their sources from its folder on. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let moves: readonly { readonly from: string; readonly to: string }[] = [];

/** Has sources be looked for where they are now. @param list Folders, each as `FROM=TO`. */
export function moveSources(list: readonly string[]): void {
  moves = list.map((text) => {
    const at = text.indexOf("=");
    return { from: text.slice(0, at), to: text.slice(at + 1) };
  });
  texts.clear();
}

/** Where a file is now; `.` stands for the folder that paths without a beginning start from. */
function movedPath(path: string): string {
  for (const { from, to } of moves) {
    const folder = from.replace(/\/+$/, "");
    if (folder === "." && !path.startsWith("/")) return join(to, path);
    if (path === folder || path.startsWith(`${folder}/`)) return join(to, path.slice(folder.length));
  }
  return path;
}

const texts = new Map<string, readonly string[]>();

/** All lines of a file; none if it is not here. */
function linesOf(path: string): readonly string[] {
  let lines = texts.get(path);
  if (lines === undefined) {
    try {
      lines = Deno.readTextFileSync(path).split("\n");
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      lines = [];
    }
    texts.set(path, lines);
  }
  return lines;
}

/** All lines of a file; undefined if it is not on this machine. */
export function textOf(path: string): readonly string[] | undefined {
  const lines = linesOf(path);
  return lines.length === 0 ? undefined : lines;
}

/** Lines around a place, by their numbers. */
export function sourceRows({ directory, file, line }: SourcePlace, before: number, after: number): SourceRow[] {
  const path = movedPath(join(directory, file));
  const own = isAbsolute(path) || linesOf(path).length > 0 ? path : join(ROOT, path);
  const lines = linesOf(own);
  const rows: SourceRow[] = [];
  for (let number = Math.max(1, line - before); number <= Math.min(lines.length, line + after); number++) {
    rows.push({ number, text: lines[number - 1], isHere: number === line });
  }
  return rows;
}

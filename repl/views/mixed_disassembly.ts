/** Instructions under the source lines that they come from, as gdb's `disassemble /s` shows them. */

import type { SourceRow } from "./source.ts";
import { sourceLines } from "./source.ts";
import type { Style } from "./style.ts";

/** Instructions of one line in a row. */
export interface MixedPart {
  /** `file.c`, where it is another than before. */
  readonly file: string | undefined;
  /** The source lines; none if the file is not here, or if nothing is known of the line. */
  readonly rows: readonly SourceRow[];
  /** The instructions' lines. */
  readonly instructions: readonly string[];
}

/** Source, instructions, an empty line, and so on. */
export function mixedLines(parts: readonly MixedPart[], style: Style): string[] {
  return parts.flatMap(({ file, rows, instructions }, index) => [
    ...(index === 0 ? [] : [""]),
    ...(file === undefined ? [] : [`${file}:`]),
    ...rows.flatMap((row) => sourceLines([row], style)),
    ...instructions,
  ]);
}

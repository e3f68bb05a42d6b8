/**
 * Whether a file can be run as a program.
 *
 * ET_DYN stands for libraries and position-independent programs alike, and some libraries are both: `libc.so.6` names
 * an interpreter and prints its version, the dynamic linker names none and runs programs. The kernel starts all of
 * them; a plain library then crashes at address 0 or in an arbitrary function. So a file is refused only if it could not
 * possibly run: it has no interpreter, is not marked as a program (DF_1_PIE, which static programs have), and either
 * has no entry point or needs libraries that nobody would load. DT_SONAME decides nothing: the dynamic linker has one.
 */

import type { ElfDynamic } from "./dynamic.ts";
import { UnsupportedElfError } from "./errors.ts";
import type { ElfHeader } from "./header.ts";

/**
 * Checks that a file can be run as a program.
 *
 * @param file The file, as its caller named it.
 * @param header Its file header.
 * @param interpreter Its interpreter.
 * @param readDynamic Reads its dynamic section; not called where the section decides nothing.
 * @throws {UnsupportedElfError} If it is a library that cannot be run.
 * @throws {ElfError} If the dynamic section is corrupt.
 */
export function checkProgram(
  file: string,
  header: ElfHeader,
  interpreter: string | undefined,
  readDynamic: () => ElfDynamic | undefined,
): void {
  if (header.type === "executable" || interpreter !== undefined) return;
  const dynamic = readDynamic();
  if (dynamic?.isProgram) return;
  const needed = dynamic?.needed.length ?? 0;
  if (header.entry !== 0n && needed === 0) return;
  const name = dynamic?.soname === undefined ? "" : `, ${dynamic.soname}`;
  const why = header.entry === 0n ? "it has no entry point" : "it names no interpreter to load the libraries it needs";
  throw new UnsupportedElfError(file, `it is a shared library${name}, not a program: ${why}`, { offset: 24 });
}

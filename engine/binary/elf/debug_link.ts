/**
 * The `.gnu_debuglink` section: the name and the checksum of the file that has this one's debug information.
 *
 * Leaves out `.gnu_debugaltlink`, which only DWARF readers need. GDB manual, "Debugging Information in Separate
 * Files"; objcopy(1), --add-gnu-debuglink.
 */

import { Cursor } from "./cursor.ts";
import { readSection } from "./section_data.ts";
import type { ElfSection } from "./sections.ts";
import type { ElfInput } from "./source.ts";

/** A link to a separate debug file. */
export interface ElfDebugLink {
  /** Name of the debug file, without folders. */
  readonly fileName: string;
  /** CRC-32 of the debug file, the polynomial of zlib. */
  readonly checksum: number;
}

/**
 * Reads the link to the debug file.
 *
 * @param input The file.
 * @param sections Its sections.
 * @returns The link, or undefined for a file without one.
 * @throws {ElfError} If the name is not terminated or not a plain file name, or if the checksum is cut off.
 */
export function readDebugLink(input: ElfInput, sections: readonly ElfSection[]): ElfDebugLink | undefined {
  const section = sections.find(({ name }) => name === ".gnu_debuglink");
  if (section === undefined) return undefined;
  const bytes = readSection(input, section);
  const cursor = new Cursor(input, bytes, section.offset, section.name);
  const end = bytes.indexOf(0);
  if (end <= 0) throw cursor.error("the name of the debug file is empty or not terminated");
  const fileName = new TextDecoder().decode(bytes.subarray(0, end));
  if (fileName.includes("/")) throw cursor.error("the name of the debug file has a slash");
  cursor.position = Math.ceil((end + 1) / 4) * 4;
  return { fileName, checksum: cursor.word() };
}

/**
 * Finds the separate debug file of a stripped one: the symbols that were taken out of it.
 *
 * By build id first, then by `.gnu_debuglink`, in the folders that gdb looks in. A file found by its build id must have
 * the same one, a file found by its link must have the checksum of the link. Leaves out debuginfod, and compressed
 * symbol tables (`.gnu_debugdata`). GDB manual, "Debugging Information in Separate Files".
 */

import { basename, dirname, join, resolve } from "node:path";
import { type ElfImage, FileSource, parseDebugElf } from "../binary/elf/mod.ts";

/** Where debug files are installed. */
export const DEBUG_FOLDERS: readonly string[] = ["/usr/lib/debug"];

const CHUNK_SIZE = 1 << 20;

/**
 * Finds the separate debug file.
 *
 * @param elf The stripped file, whose source is still open.
 * @param path Its path on the host: the link is looked up beside it.
 * @param folders Where debug files are installed.
 * @returns The path of the debug file, or undefined if there is none that belongs to the file.
 * @throws {ElfError} If the file's notes, its link, or a debug file's headers are corrupt.
 */
export function findDebugFile(
  elf: ElfImage,
  path: string,
  folders: readonly string[] = DEBUG_FOLDERS,
): string | undefined {
  const id = elf.buildId();
  if (id !== undefined && id.length > 2) {
    for (const folder of folders) {
      const candidate = join(folder, ".build-id", id.slice(0, 2), `${id.slice(2)}.debug`);
      if (open(candidate, (source) => parseDebugElf(source, candidate).buildId() === id)) return candidate;
    }
  }
  const link = elf.debugLink();
  if (link === undefined) return undefined;
  for (const beside of new Set([dirname(path), dirname(Deno.realPathSync(path))])) {
    const places = [beside, join(beside, ".debug"), ...folders.map((folder) => join(folder, beside))];
    for (const candidate of places.map((place) => join(place, link.fileName))) {
      if (open(candidate, (source) => checksum(source) === link.checksum)) return candidate;
    }
  }
  return undefined;
}

/**
 * Finds the file that has what several debug files share, as dwz leaves it: `.gnu_debugaltlink`.
 *
 * @param elf The debug file, whose source is still open.
 * @param path Its path.
 * @param folders Where debug files are installed.
 * @returns The path of the file; undefined if the debug file names none, or if none that is here belongs to it.
 * @throws {ElfError} If the link is corrupt.
 */
export function findSupplementary(
  elf: ElfImage,
  path: string,
  folders: readonly string[] = DEBUG_FOLDERS,
): string | undefined {
  const section = elf.section(".gnu_debugaltlink");
  if (section === undefined) return undefined;
  const bytes = elf.contents(section);
  const end = bytes.indexOf(0);
  if (end < 0) return undefined;
  const name = new TextDecoder().decode(bytes.subarray(0, end));
  const id = bytes.subarray(end + 1).toHex();
  const places = [
    resolve(dirname(Deno.realPathSync(path)), name),
    ...folders.map((folder) => join(folder, ".build-id", id.slice(0, 2), `${id.slice(2)}.debug`)),
    ...folders.map((folder) => join(folder, ".dwz", basename(name))),
  ];
  return places.find((place) => open(place, (source) => parseDebugElf(source, place).buildId() === id));
}

/** Whether a file exists and passes a check. */
function open(path: string, check: (source: FileSource) => boolean): boolean {
  let source: FileSource;
  try {
    source = new FileSource(path);
  } catch (error) {
    // Not there, or not for us: gdb passes over it, too.
    if (error instanceof Error && "code" in error && ABSENT.has(String(error.code))) return false;
    throw error;
  }
  using file = source;
  return check(file);
}

const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"]);

function checksum(source: FileSource): number {
  // Loaded when first needed: it takes as long as all the rest of the start.
  const { crc32 } = globalThis.process.getBuiltinModule("node:zlib");
  let value = 0;
  for (let offset = 0; offset < source.size; offset += CHUNK_SIZE) {
    value = crc32(source.read(offset, CHUNK_SIZE), value);
  }
  return value;
}

/**
 * Reads all symbols that can be had for an ELF file: its own tables, its PLT stubs, and those of its debug file.
 *
 * Each of them is read on its own: what is corrupt becomes a warning, and the rest is used. The debug file is looked for
 * only if the file itself was stripped of its `.symtab`.
 */

import { ElfError, type ElfImage, FileSource, parseDebugElf } from "../binary/elf/mod.ts";
import type { SymbolSource } from "./candidates.ts";
import { DEBUG_FOLDERS, findDebugFile } from "./debug_file.ts";
import { SymbolTable } from "./table.ts";

/** The symbols of a file, and what kept others from being read. */
export interface LoadedSymbols {
  /** The symbols. */
  readonly table: SymbolTable;
  /** Path of the separate debug file that was read, if one was. */
  readonly debugFile: string | undefined;
  /** What could not be read, for the user to know: ElfErrors, and errors of the file system. */
  readonly warnings: readonly Error[];
}

/** Where debug files are looked for. */
export interface LoadOptions {
  /** Folders of debug files; by default {@linkcode DEBUG_FOLDERS}. None: no debug file is looked for by build id. */
  readonly debugFolders?: readonly string[];
}

/**
 * Reads the symbols of a file.
 *
 * @param elf The file, whose source is still open.
 * @param path Its path on the host; undefined for a file that is none of the host's, which has no debug file.
 * @param bias What is added to the file's addresses.
 * @param options Where debug files are looked for.
 * @returns The symbols and the warnings.
 */
export function loadSymbols(
  elf: ElfImage,
  path: string | undefined,
  bias: bigint,
  options: LoadOptions = {},
): LoadedSymbols {
  const warnings: Error[] = [];
  const attempt = <T>(read: () => T, otherwise: T): T => {
    try {
      return read();
    } catch (error) {
      if (!isFileProblem(error)) throw error;
      warnings.push(error);
      return otherwise;
    }
  };
  const own: SymbolSource = {
    tables: attempt(() => elf.symbolTables(), []),
    sections: attempt(() => elf.sections(), []),
    segments: elf.segments,
    stubs: attempt(() => elf.pltStubs(), []),
  };
  const isStripped = !own.tables.some(({ section }) => section === ".symtab");
  const folders = options.debugFolders ?? DEBUG_FOLDERS;
  const debugFile = path !== undefined && isStripped
    ? attempt(() => findDebugFile(elf, path, folders), undefined)
    : undefined;
  const debug = debugFile === undefined ? undefined : attempt(() => readDebugFile(debugFile), undefined);
  const sources = debug === undefined ? [own] : [own, debug];
  const table = attempt(() => new SymbolTable(sources, bias), undefined) ?? new SymbolTable([], bias);
  // A corrupt section table makes several parts fail alike: say it once.
  const distinct = [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
  return { table, debugFile: debug === undefined ? undefined : debugFile, warnings: distinct };
}

/**
 * Whether an error is about a file rather than about this program.
 *
 * @param error What was thrown.
 * @returns Whether it is an ElfError, or an error of the file system, which has a code.
 */
export function isFileProblem(error: unknown): error is Error {
  return error instanceof ElfError || (error instanceof Error && "code" in error);
}

function readDebugFile(path: string): SymbolSource {
  using source = new FileSource(path);
  const elf = parseDebugElf(source, path);
  return { tables: elf.symbolTables(), sections: elf.sections(), segments: [], stubs: [] };
}

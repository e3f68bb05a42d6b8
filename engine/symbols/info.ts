/**
 * The debugging entries of one image: its functions, variables and types, and the files that have parts of them.
 *
 * What is corrupt costs whatever it describes: the question finds nothing, and the problem is kept, to be told once.
 */

import { isAbsolute, join } from "node:path";
import {
  DebugInfo,
  type DebugSectionName,
  DebugSections,
  DwarfError,
  type DwarfUnit,
  type Entry,
} from "../binary/dwarf/mod.ts";
import { FileSource, parseDebugElf } from "../binary/elf/mod.ts";
import { sectionsOfPackage } from "./debug_package.ts";
import { isFileProblem } from "./load.ts";

/** Problems that are kept. */
const MAXIMUM_PROBLEMS = 100;

/** The debugging entries of one image. */
export class ImageInfo {
  readonly #info: DebugInfo;
  readonly #problems = new Map<string, DwarfError>();

  /**
   * Reads nothing yet.
   *
   * @param sections The debug sections of the file, or of its debug file.
   * @param bias What is added to the file's addresses.
   * @param packages Where the file's split units may be together.
   */
  constructor(sections: DebugSections, readonly bias: bigint, packages: readonly string[] = []) {
    this.#info = new DebugInfo(sections, (unit) => openSplit(unit, packages));
  }

  /** What could not be read so far, each problem once. */
  get problems(): readonly DwarfError[] {
    return [...this.#problems.values()];
  }

  /**
   * Asks something.
   *
   * @param question Asked with the entries.
   * @returns The answer; undefined if what it is about is corrupt.
   */
  ask<T>(question: (info: DebugInfo) => T): T | undefined {
    try {
      const answer = question(this.#info);
      for (const problem of this.#info.problems) this.#note(problem);
      return answer;
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      this.#note(error);
      return undefined;
    }
  }

  /** Whether an entry is of this image. */
  owns({ unit: { info } }: Entry): boolean {
    return info === this.#info || info.main === this.#info;
  }

  #note(problem: DwarfError): void {
    if (this.#problems.size < MAXIMUM_PROBLEMS) this.#problems.set(problem.message, problem);
  }
}

/** Reads debug sections of a file. @returns They are read when they are first needed; undefined if there is no file. */
export function sectionsOfFile(path: string, suffix = ""): DebugSections | undefined {
  const read = (name: DebugSectionName): Uint8Array | undefined => {
    using source = new FileSource(path);
    const elf = parseDebugElf(source, path);
    const section = elf.section(`${name}${suffix}`);
    return section && elf.contents(section);
  };
  try {
    read(".debug_abbrev");
  } catch (error) {
    if (isFileProblem(error)) return undefined;
    throw error;
  }
  return new DebugSections((name) => {
    try {
      return read(name);
    } catch (error) {
      // It was there just now: a section that is corrupt is as good as none.
      if (isFileProblem(error)) return undefined;
      throw error;
    }
  });
}

function openSplit(unit: DwarfUnit, packages: readonly string[]): DebugSections | undefined {
  const { splitName = "", directory = "", signature } = unit;
  for (const path of signature === undefined ? [] : packages) {
    const sections = sectionsOfPackage(path, signature ?? 0n);
    if (sections !== undefined) return sections;
  }
  return sectionsOfFile(isAbsolute(splitName) ? splitName : join(directory, splitName), ".dwo");
}

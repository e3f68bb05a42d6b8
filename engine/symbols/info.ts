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
import { DebugPackage } from "./debug_package.ts";
import { isFileProblem } from "./load.ts";

/** Problems that are kept. */
const MAXIMUM_PROBLEMS = 100;

/** The debugging entries of one image. */
export class ImageInfo {
  readonly #info: DebugInfo;
  readonly #paths: readonly string[];
  readonly #tell: (problem: Error) => void;
  readonly #problems = new Set<string>();
  #packages: readonly DebugPackage[] | undefined;

  /**
   * Reads nothing yet.
   *
   * @param sections The debug sections of the file, or of its debug file.
   * @param bias What is added to the file's addresses.
   * @param packages Where the file's split units may be together.
   * @param tell Called with what cannot be read, each problem once.
   */
  constructor(
    sections: DebugSections,
    readonly bias: bigint,
    packages: readonly string[] = [],
    tell: (problem: Error) => void = () => {},
  ) {
    this.#paths = packages;
    this.#tell = tell;
    this.#info = new DebugInfo(sections, {
      unit: (skeleton) => this.#splitUnit(skeleton),
      type: (signature) => this.#found((each) => each.type(signature)),
      typeSignatures: () => this.#open().flatMap((each) => [...each.typeSignatures]),
    });
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

  #note(problem: Error): void {
    if (this.#problems.size >= MAXIMUM_PROBLEMS || this.#problems.has(problem.message)) return;
    this.#problems.add(problem.message);
    this.#tell(problem);
  }

  #splitUnit({ splitName = "", directory = "", signature }: DwarfUnit): DebugSections | undefined {
    const together = signature === undefined ? undefined : this.#found((each) => each.unit(signature));
    return together ?? sectionsOfFile(isAbsolute(splitName) ? splitName : join(directory, splitName), ".dwo");
  }

  /** What the first package has that has it; one that cannot be read has nothing. */
  #found<T>(find: (each: DebugPackage) => T | undefined): T | undefined {
    for (const each of this.#open()) {
      const found = find(each);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #open(): readonly DebugPackage[] {
    return this.#packages ??= this.#paths.flatMap((path) => {
      try {
        return [new DebugPackage(path)];
      } catch (error) {
        if (!(error instanceof DwarfError) && !isFileProblem(error)) throw error;
        if (!("code" in error && error.code === "ENOENT")) this.#note(error);
        return [];
      }
    });
  }
}

/** Reads debug sections of a file. @returns They are read when they are first needed; undefined if there is no file. */
export function sectionsOfFile(path: string, suffix = ""): DebugSections | undefined {
  const read = (name: DebugSectionName): Uint8Array | undefined => {
    using source = new FileSource(path);
    const elf = parseDebugElf(source, path);
    // In a .dwo file each unit of a type has a section of its own, all of one name; units refer to nothing outside.
    const sections = elf.sections().filter((section) => section.name === `${name}${suffix}`);
    return sections.length === 0 ? undefined : joined(sections.map((section) => elf.contents(section)));
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

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

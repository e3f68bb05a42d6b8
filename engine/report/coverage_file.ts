/**
 * Coverage as a file: JSON that other programs can read, too. docs/coverage.md describes it.
 *
 * Code is listed in runs: an offset, a count, and the sizes of instructions that follow each other and ran equally
 * often. Leaves out compression, and reading and writing the file itself.
 */

import type { CodeCount, CoverageData, ImageCoverage } from "./coverage_data.ts";

const FORMAT = "ceratops coverage";
const VERSION = 1;
const ROLES = ["program", "interpreter", "library"] as const;

/** A file that is no coverage, or a corrupt one. */
export class CoverageFileError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CoverageFileError";
  /** The file. */
  readonly file: string;

  /**
   * Says what is wrong with a file.
   *
   * @param problem What is wrong with it.
   */
  constructor(file: string, problem: string) {
    super(`Cannot read coverage from ${file}: ${problem}`);
    this.file = file;
  }
}

/**
 * Writes coverage.
 *
 * @returns The text of the file.
 */
export function coverageText({ commands, images }: CoverageData): string {
  const head = { format: FORMAT, version: VERSION, commands };
  const parts = images.map(({ code, ...image }) =>
    [
      `${JSON.stringify(image).slice(0, -1)},"code":[`,
      runsOf(code).map((run) => JSON.stringify(run)).join(",\n"),
      `],"branches":[`,
      [...code].flatMap(([offset, { notTaken }]) => notTaken === undefined ? [] : [JSON.stringify([offset, notTaken])])
        .join(",\n"),
      "]}",
    ].join("\n")
  );
  return `${JSON.stringify(head).slice(0, -1)},"images":[\n${parts.join(",\n")}\n]}\n`;
}

function runsOf(code: ReadonlyMap<number, CodeCount>): number[][] {
  const runs: number[][] = [];
  let run: number[] | undefined;
  let end = -1;
  for (const [offset, { size, count }] of code) {
    if (run === undefined || offset !== end || run[1] !== count) runs.push(run = [offset, count]);
    run.push(size);
    end = offset + size;
  }
  return runs;
}

/**
 * Reads coverage.
 *
 * @param text The text of the file.
 * @param file Its name, for errors.
 * @throws {CoverageFileError} If it is no coverage, of a later version, or corrupt.
 */
export function readCoverage(text: string, file: string): CoverageData {
  const fail = (problem: string): never => {
    throw new CoverageFileError(file, problem);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail(`it is not JSON; write one with --plugin coverage,save=${file}`);
  }
  if (!isRecord(value) || value.format !== FORMAT) {
    return fail(`it is not a coverage file; write one with --plugin coverage,save=${file}`);
  }
  if (value.version !== VERSION) return fail(`it is of version ${value.version}, and this reads version ${VERSION}`);
  const { commands, images } = value;
  if (!isListOf(commands, (command) => isListOf(command, (word) => typeof word === "string"))) {
    return fail("its commands are not lists of words");
  }
  if (!Array.isArray(images)) return fail("it has no images");
  return {
    commands: commands as string[][],
    images: images.map((image, index) => readImage(image, (problem) => fail(`image ${index}: ${problem}`))),
  };
}

function readImage(value: unknown, fail: (problem: string) => never): ImageCoverage {
  if (!isRecord(value) || typeof value.path !== "string") return fail("it has no path");
  const { path, buildId, fileSize, code: runs, branches } = value;
  if (buildId !== undefined && (typeof buildId !== "string" || !/^[0-9a-f]+$/.test(buildId))) {
    return fail("its build id is not hexadecimal");
  }
  if (!isCount(fileSize)) return fail("its fileSize is not a size");
  const role = ROLES.find((each) => each === value.role) ?? fail(`its role is none of ${ROLES.join(", ")}`);
  if (!isListOf(runs, (run) => isListOf(run, isCount) && run.length > 2)) {
    return fail("its code is not lists of an offset, a count and sizes");
  }
  const code = new Map<number, CodeCount>();
  for (const [offset, count, ...sizes] of runs as number[][]) {
    let at = offset;
    for (const size of sizes) {
      if (size === 0 || size > 15) return fail(`an instruction at ${at} has ${size} bytes`);
      if (code.has(at)) return fail(`the instruction at ${at} is there twice`);
      code.set(at, { size, count });
      at += size;
    }
  }
  if (!isListOf(branches, (branch) => isListOf(branch, isCount) && branch.length === 2)) {
    return fail("its branches are not pairs of an offset and a count");
  }
  for (const [offset, notTaken] of branches as number[][]) {
    const found = code.get(offset);
    if (found === undefined || found.count < notTaken) return fail(`the branch at ${offset} ran less than that`);
    code.set(offset, { ...found, notTaken });
  }
  return { path, buildId, fileSize, role, code: new Map([...code].sort(([a], [b]) => a - b)) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(isItem);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/**
 * What ran how often, by image and by offset in it: independent of where a run had its images, so that runs add up.
 *
 * Sums, intersections and differences of runs are made here. Leaves out how they are written to files, and their
 * sources: see coverage_file.ts and source_coverage.ts.
 */

/** An instruction that ran, and how often. */
export interface CodeCount {
  /** In bytes. */
  readonly size: number;
  /** How often it ran. */
  readonly count: number;
  /** Of a conditional jump, how often it was not taken, where that was counted. */
  readonly notTaken?: number;
}

/** What ran of an image. */
export interface ImageCoverage {
  /** Path of the file on the host. */
  readonly path: string;
  /** The build id that the linker gave it, in hexadecimal. */
  readonly buildId: string | undefined;
  /** Size of the file in bytes; 0 if it is not known. */
  readonly fileSize: number;
  /** What the image was to the guest. */
  readonly role: "program" | "interpreter" | "library";
  /** Instructions by their addresses in the file, before the load bias is added. */
  readonly code: ReadonlyMap<number, CodeCount>;
}

/** What ran in one run or several. */
export interface CoverageData {
  /** The programs that were run, with their arguments. */
  readonly commands: readonly (readonly string[])[];
  /** The images that code ran in, by path. */
  readonly images: readonly ImageCoverage[];
}

/** Coverages that cannot be brought together. */
export class CoverageMismatchError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CoverageMismatchError";
}

/** How two counts of an instruction become one; undefined if neither of them remains. */
type Combination = (a: CodeCount | undefined, b: CodeCount | undefined) => CodeCount | undefined;

/**
 * Adds runs up.
 *
 * @throws {CoverageMismatchError} If they ran different builds of a file.
 */
export function addCoverage(a: CoverageData, b: CoverageData): CoverageData {
  return combine(a, b, (one, other) => {
    if (one === undefined || other === undefined) return one ?? other;
    return withBranch(one.size, one.count + other.count, one, (one.notTaken ?? 0) + (other.notTaken ?? 0));
  });
}

/**
 * What ran in both, as often as it ran in the one where it ran less.
 *
 * @throws {CoverageMismatchError} If they ran different builds of a file.
 */
export function commonCoverage(a: CoverageData, b: CoverageData): CoverageData {
  return combine(a, b, (one, other) => {
    if (one === undefined || other === undefined) return undefined;
    if (one.notTaken === undefined) return { size: one.size, count: Math.min(one.count, other.count) };
    const [notTaken, taken] = [Math.min(one.notTaken, other.notTaken ?? 0), Math.min(taking(one), taking(other))];
    return notTaken + taken === 0 ? undefined : { size: one.size, count: notTaken + taken, notTaken };
  });
}

/**
 * What ran in the first and never in the second. A jump that went two ways in the first remains, if one of them is new.
 *
 * @throws {CoverageMismatchError} If they ran different builds of a file.
 */
export function coverageWithout(a: CoverageData, b: CoverageData): CoverageData {
  return combine(a, b, (one, other) => {
    if (one === undefined || other === undefined) return one;
    if (one.notTaken === undefined) return undefined;
    const notTaken = (other.notTaken ?? 0) > 0 ? 0 : one.notTaken;
    const taken = taking(other) > 0 ? 0 : taking(one);
    return notTaken + taken === 0 ? undefined : { size: one.size, count: notTaken + taken, notTaken };
  });
}

function taking({ count, notTaken = 0 }: CodeCount): number {
  return count - notTaken;
}

function withBranch(size: number, count: number, { notTaken }: CodeCount, sum: number): CodeCount {
  return notTaken === undefined ? { size, count } : { size, count, notTaken: sum };
}

function combine(a: CoverageData, b: CoverageData, combination: Combination): CoverageData {
  const images: ImageCoverage[] = [];
  const left = new Map(b.images.map((image) => [image.path, image]));
  for (const image of a.images) {
    const other = left.get(image.path);
    left.delete(image.path);
    if (other !== undefined) checkSame(image, other);
    images.push(combineImages(image, image.code, other?.code, combination));
  }
  for (const other of left.values()) images.push(combineImages(other, undefined, other.code, combination));
  const commands = new Map([...a.commands, ...b.commands].map((command) => [JSON.stringify(command), command]));
  return {
    commands: [...commands.values()],
    images: images.filter(({ code }) => code.size > 0).sort((one, other) => one.path < other.path ? -1 : 1),
  };
}

function combineImages(
  image: ImageCoverage,
  a: ReadonlyMap<number, CodeCount> = new Map(),
  b: ReadonlyMap<number, CodeCount> = new Map(),
  combination: Combination,
): ImageCoverage {
  const code = new Map<number, CodeCount>();
  const put = (offset: number, count: CodeCount | undefined) => {
    if (count !== undefined && count.count > 0) code.set(offset, count);
  };
  for (const [offset, count] of a) put(offset, combination(count, b.get(offset)));
  for (const [offset, count] of b) if (!a.has(offset)) put(offset, combination(undefined, count));
  return { ...image, code: new Map([...code].sort(([one], [other]) => one - other)) };
}

function checkSame(a: ImageCoverage, b: ImageCoverage): void {
  if (a.buildId === b.buildId && (a.buildId !== undefined || a.fileSize === b.fileSize)) return;
  const [one, other] = [a, b].map(({ buildId, fileSize }) =>
    buildId === undefined ? `a file of ${fileSize} bytes` : `build id ${buildId}`
  );
  throw new CoverageMismatchError(
    `${a.path} is not the same in both: it was ${one}, then ${other}; count the runs of one build anew`,
  );
}

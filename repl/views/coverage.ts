/** The counts as tables: by symbol, by instruction, the hottest instructions. */

import { type CountedInstruction, type CoveredSymbol, type SourceCoverage, summaryOf } from "../../mod.ts";
import { grouped, hex } from "./hex.ts";
import type { Style } from "./style.ts";

const LARGEST_NAME = 40;

function share(part: number, whole: number): string {
  return whole === 0 ? "0.0%" : `${(100 * part / whole).toFixed(1)}%`;
}

/** The table of symbols, what ran most first. @param limit Most rows. */
export function coverageTable(symbols: readonly CoveredSymbol[], limit: number, style: Style): string[] {
  const total = symbols.reduce((sum, { executed }) => sum + executed, 0);
  if (symbols.length === 0) return ["Nothing has run yet; `continue` or `step` runs the guest"];
  const rows = [...symbols].sort((a, b) => b.executed - a.executed || (a.address < b.address ? -1 : 1));
  const shown = rows.slice(0, limit);
  const count = Math.max("executed".length, ...shown.map(({ executed }) => grouped(executed).length));
  const name = Math.min(LARGEST_NAME, Math.max("symbol".length, ...shown.map(({ name }) => name.length)));
  const lines = shown.map((row) => {
    const label = row.name.length > LARGEST_NAME ? `${row.name.slice(0, LARGEST_NAME - 3)}...` : row.name;
    const part = share(row.executed, total).padStart(6);
    const text = `${grouped(row.executed).padStart(count)} ${part} ${grouped(row.covered).padStart(9)}`;
    return `${text}  ${style.cyan(label.padEnd(name))}  ${row.image?.name ?? ""}`.trimEnd();
  });
  const left = rows.length - shown.length;
  return [
    style.bold(`${"executed".padStart(count)}  share  different  ${"symbol".padEnd(name)}  image`),
    ...lines,
    ...(left > 0 ? [`... ${left} more; \`cov --all\` shows them`] : []),
    `${grouped(total)} instructions in ${rows.length} ${rows.length === 1 ? "symbol" : "symbols"}`,
  ];
}

/** The instructions of one symbol, each with its count: those that did not run have 0. */
export function coverageListing(name: string, instructions: readonly CountedInstruction[]): string[] {
  return [
    `// symbol ${name}`,
    ...instructions.map(({ count, address, mnemonic, operands }) =>
      `${String(count).padStart(8)} | ${hex(address)}:\t ${mnemonic}\t ${operands}`
    ),
  ];
}

/** The instructions that ran most often. */
export function hottestLines(
  instructions: readonly CountedInstruction[],
  limit: number,
  describe: (address: bigint) => string | undefined,
  style: Style,
): string[] {
  const hottest = [...instructions].sort((a, b) => b.count - a.count).slice(0, limit);
  const width = Math.max(1, ...hottest.map(({ count }) => grouped(count).length));
  return hottest.map(({ count, address, mnemonic, operands }) =>
    `${grouped(count).padStart(width)}  ${hex(address)} ${
      style.cyan(`<${describe(address) ?? "?"}>`)
    }  ${mnemonic} ${operands}`
      .trimEnd()
  );
}

/** How many lines of each source file ran. */
export function sourceTable(sources: readonly SourceCoverage[], style: Style): string[] {
  const rows = sources.map((source) => ({ path: source.path, ...summaryOf(source).lines }));
  const width = Math.max("lines".length, ...rows.map(({ hit, found }) => `${hit}/${found}`.length));
  return [
    style.bold(`${"lines".padStart(width)}   share  file`),
    ...rows.map(({ path, hit, found }) =>
      `${`${hit}/${found}`.padStart(width)}  ${share(hit, found).padStart(6)}  ${style.cyan(path)}`
    ),
  ];
}

/** The lines of a source file with their counts; of one that is not here, only the numbers. */
export function sourceWithCounts(
  { path, lines }: SourceCoverage,
  text: readonly string[] | undefined,
  style: Style,
): string[] {
  const counts = new Map(lines.map(({ line, count }) => [line, count]));
  const hit = lines.filter(({ count }) => count > 0).length;
  const numbers = text === undefined
    ? lines.map(({ line }) => line)
    : text.map((_, index) => index + 1).slice(0, text.at(-1) === "" ? -1 : undefined);
  const width = Math.max(5, ...lines.map(({ count }) => grouped(count).length));
  return [
    `// ${path}: ${hit} of ${lines.length} lines ran`,
    ...numbers.map((number) => {
      const count = counts.get(number);
      const row = `${(count === undefined ? "" : grouped(count)).padStart(width)} | ${String(number).padStart(4)}  ${
        text?.[number - 1] ?? ""
      }`.trimEnd();
      return count === undefined ? row : count > 0 ? style.green(row) : style.red(row);
    }),
  ];
}

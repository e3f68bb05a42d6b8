/** `cov`: what ran how often, at any moment. */

import { coveredSources, type InstrumentedProcess, type SourceCoverage, suggest } from "../../mod.ts";
import { coverageListing, coverageTable, hottestLines, sourceTable, sourceWithCounts } from "../views/coverage.ts";
import { describeBy } from "../views/hex.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { textOf } from "../session/source_text.ts";
import { liveView } from "../session/live.ts";
import { type Command, countOf } from "./command.ts";

const ROWS = 20;

/** @throws {CommandError} If there is no such process, or it is not followed. */
function followedProcess({ emulator: { followed } }: Session, id: string): InstrumentedProcess {
  const found = followed.find(({ pid }) => String(pid) === id);
  if (found !== undefined) return found;
  throw new CommandError(
    followed.length === 1
      ? `Process ${id} is not followed: only the program is; start Ceratops with --follow`
      : `No process ${id} is followed now; \`processes\` lists them`,
  );
}

/** What ran of the program's own sources, or of all that are known. */
function sourcesOf({ coverage, symbols }: InstrumentedProcess, all: boolean): SourceCoverage[] {
  return coveredSources(coverage.snapshot(), { images: symbols.images, all });
}

/** Shows source lines: of one file with their counts, or how many ran of each. */
function lines({ out }: Session, process: InstrumentedProcess, file: string): void {
  const sources = sourcesOf(process, false);
  if (file === "") {
    if (sources.length === 0) throw new CommandError("No source lines are known; compile the program with -g");
    return out.print(sourceTable(sources, out.style));
  }
  const named = (list: readonly SourceCoverage[]) =>
    list.filter(({ path }) => path === file || path.endsWith(`/${file}`));
  const own = named(sources);
  const [chosen, another] = own.length > 0 ? own : named(sourcesOf(process, true));
  if (chosen === undefined) {
    const [near] = suggest(file, sources.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)));
    throw new CommandError(
      `No source file ${file} is known${near === undefined ? "; `cov --lines` lists them" : `; did you mean ${near}?`}`,
    );
  }
  if (another !== undefined) {
    throw new CommandError(`There are several files ${file}; name more of the path: ${chosen.path}, ${another.path}`);
  }
  out.print(sourceWithCounts(chosen, textOf(chosen.path), out.style));
}

export const cov: Command = {
  name: "cov",
  aliases: ["coverage"],
  usage: "cov [--process ID] [SYMBOL | --lines [FILE] | --all | --top COUNT | --live]",
  summary: "Show what ran how often, at any moment",
  details:
    "Without anything, the symbols that ran most; with a symbol, its instructions with their counts; with --top,\n" +
    "the instructions that ran most often; with --lines, how much of each source file ran, or the lines of one file.\n" +
    "--live lets the guest go on and shows the table until it stops. --process is about a process that is followed.",
  example: "step 100\ncov\ncov --top 5",
  async run(session, line) {
    const { out } = session;
    const [, id, text] = /^(?:--process\s+(\S+)\s*)?(.*)$/s.exec(line) ?? [];
    const process = id === undefined ? session.emulator : followedProcess(session, id);
    const { coverage, symbols } = process;
    const [option, value = ""] = text.split(/\s+/);
    if (option === "--live") {
      // A program that is started anew has another emulator.
      const liveProcess = () => id === undefined ? session.emulator : process;
      return await liveView(session, () => coverageTable(liveProcess().coverage.symbols(), ROWS, out.style));
    }
    if (option === "--top") {
      return out.print(
        hottestLines(coverage.instructions(), countOf(value, 10), (at) => describeBy(symbols, at), out.style),
      );
    }
    if (option === "--lines") return lines(session, process, value);
    if (option === "--all") return out.print(coverageTable(coverage.symbols(), Infinity, out.style));
    if (option === "") return out.print(coverageTable(coverage.symbols(), ROWS, out.style));
    if (option.startsWith("-")) {
      throw new CommandError(
        `cov has no option ${option}; it has --process ID, --lines FILE, --all, --top COUNT, --live`,
      );
    }
    const { symbol, address } = symbols.find(text);
    const found = symbol ?? symbols.at(address);
    if (found === undefined || found.size === 0) {
      throw new CommandError(`The size of ${text} is not known; try \`disasm ${text}\``);
    }
    out.print(coverageListing(found.name, coverage.range(found.address, found.size)));
  },
};

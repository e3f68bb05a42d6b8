/**
 * How often each instruction ran, by symbol, in colours; or each line, function or branch of source, in many formats.
 *
 * Nothing is attached; all is read from the native counts when the report is wanted. Code that no symbol names is
 * listed under its image; of it, only what ran can be known. `save` keeps the counts of the run in a file for
 * `ceratops coverage`. Sources need debug information (`gcc -g`).
 */

import {
  type CountedInstruction,
  coverageText,
  coveredSources,
  type CoveredSymbol,
  definePlugin,
  PluginError,
  type Report,
  SOURCE_FORMATS,
  type SourceCoverage,
  sourceReport,
  summaryOf,
  totalOf,
} from "../mod.ts";

const GREEN = "\x1b[1;32m";
const GREY = "\x1b[1;30m";
const PLAIN = "\x1b[0m";
const COLORS = ["auto", "always", "never"];
const BY = ["instruction", "line", "function", "branch", "file"] as const;

interface Section {
  readonly heading: string;
  readonly address: bigint;
  readonly instructions: readonly CountedInstruction[];
}

const oneOf = (values: readonly string[]) => (value: string) =>
  values.includes(value) ? undefined : `it is one of ${values.join(", ")}`;
const percent = (value: number) => value >= 0 && value <= 100 ? undefined : "it is a percentage, from 0 to 100";

export default definePlugin({
  name: "coverage",
  description: "How often each instruction, line, function and branch ran",
  formats: ["text", "json", ...SOURCE_FORMATS.filter((format) => format !== "text")],
  params: {
    by: {
      type: "string",
      default: "instruction",
      description: `What the text and JSON list: ${BY.join(", ")}`,
      check: oneOf(BY),
    },
    color: {
      type: "string",
      default: "auto",
      description: "Colours in the text by instruction: auto, always or never",
      check: oneOf(COLORS),
    },
    all: {
      type: "boolean",
      default: false,
      description: "Also functions of which nothing ran; of sources, those of the system and its libraries",
    },
    include: { type: "string", default: "", description: "Globs of the sources to report: src/**,*.c" },
    exclude: { type: "string", default: "", description: "Globs of sources to leave out" },
    map: {
      type: "string",
      default: "",
      description: "Folder of sources that are elsewhere now: FROM=TO",
      check: (value: string) => value === "" || /^[^=]+=./.test(value) ? undefined : "write it as FROM=TO",
    },
    "fail-under": {
      type: "number",
      default: 0,
      description: "Percentage of lines; if less of them ran, the report fails, and so does the run",
      check: percent,
    },
    output: { type: "string", default: "", description: "File for the report; otherwise it goes where others go" },
    save: { type: "string", default: "", description: "File for the counts of this run, for ceratops coverage" },
  },
  setup(api) {
    api.countBranches();

    function sections(): Section[] {
      const ran = api.coverage.instructions().filter(({ count }) => count > 0);
      const symbols = api.coverage.symbols();
      const places = Map.groupBy(ran, ({ address }) => api.symbolAt(address)?.address ?? api.imageAt(address));
      const found = symbols.map((symbol) =>
        section(symbol, places.get(symbol.isNamed ? symbol.address : symbol.image?.name) ?? [])
      );
      if (!api.params.all) return found;
      const known = new Set(symbols.map(({ address }) => address));
      const others = api.images.filter(({ role }) => role === "program")
        .flatMap((image) => image.symbols().functions().filter(({ address, size }) => size > 0 && !known.has(address)))
        .map(({ name, address, size }) => sized(name, address, size));
      return [...found, ...others].sort((a, b) => a.address < b.address ? -1 : 1);
    }

    function section({ name, address, size, isNamed }: CoveredSymbol, instructions: CountedInstruction[]): Section {
      if (isNamed && size > 0) return sized(name, address, size);
      return { heading: isNamed ? `symbol ${name}` : `code without a symbol in ${name}`, address, instructions };
    }

    function sized(name: string, address: bigint, size: number): Section {
      return { heading: `symbol ${name}`, address, instructions: api.coverage.range(address, size) };
    }

    function instructionText(hasColors: boolean): string {
      const { color } = api.params;
      const paint = color === "always" || color === "auto" && hasColors ? painted : plain;
      return sections().map(({ heading, instructions }) => `// ${heading}\n${instructions.map(paint).join("")}`)
        .join("");
    }

    function instructionRecords() {
      return sections().map(({ heading, address, instructions }) => ({
        heading,
        address,
        instructions: instructions.map(({ address, size, mnemonic, operands, count }) => ({
          ...{ address, size, mnemonic, operands, count },
        })),
      }));
    }

    const command = () => [api.guest.program, ...api.guest.args];

    function sources(): readonly SourceCoverage[] {
      const { include, exclude, map, all, within } = api.params;
      return coveredSources(api.coverage.snapshot(command()), {
        images: api.images,
        include: globs(include),
        exclude: globs(exclude),
        map: globs(map),
        all: all || within !== "",
        ...(within === "" ? {} : { covers: (address: bigint) => api.coverage.covers(address) }),
        onWarning: (message) => api.output.write(`${message}\n`),
      });
    }

    function sourceText(files: readonly SourceCoverage[], format: string): string {
      const known = SOURCE_FORMATS.find((each) => each === format) ?? "text";
      const by = BY.find((each) => each === api.params.by) ?? "line";
      return sourceReport(files, known, {
        root: Deno.cwd(),
        title: command().join(" "),
        timestamp: Date.now(),
        read: sourceOf,
        ...(by === "instruction" ? {} : { by }),
      });
    }

    api.onReport((report) => {
      const { by, output, save } = api.params;
      const limit = api.params["fail-under"];
      const { format } = report;
      if (save !== "") writeFile(save, coverageText(api.coverage.snapshot(command())));
      const ofInstructions = by === "instruction" && (format === "text" || format === "json");
      const files = ofInstructions && limit === 0 ? [] : sources();
      const target = output === "" ? report : fileReport(output, report);
      const isEmpty = !ofInstructions && files.length === 0;
      if (isEmpty && output !== "") api.output.write(`No source lines are known for ${output}: compile with -g\n`);
      if (format === "json") target.writeJson(ofInstructions ? instructionRecords() : files);
      // Who saves the counts and asks for nothing else gets nothing else.
      else if (!ofInstructions) target.write(sourceText(files, format));
      else if (save === "" || output !== "") target.write(instructionText(target.hasColors));
      if (limit > 0) checkShare(files, limit);
    });
  },
});

/** A report that goes to a file. */
function fileReport(path: string, report: Report): Report {
  return {
    ...report,
    hasColors: false,
    write: (text) => writeFile(path, text),
    writeJson: (value) =>
      writeFile(
        path,
        JSON.stringify(value, (_, part) => typeof part === "bigint" ? `0x${part.toString(16)}` : part, 2) + "\n",
      ),
  };
}

function writeFile(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new PluginError("coverage", `it cannot write to ${path}: ${error.message}`);
  }
}

function checkShare(files: readonly SourceCoverage[], limit: number): void {
  const { found, hit } = totalOf(files.map(summaryOf)).lines;
  if (100 * hit >= limit * found) return;
  const share = found === 0 ? 0 : Math.floor(1000 * hit / found) / 10;
  throw new PluginError("coverage", `${share}% of the lines ran, ${hit} of ${found}, and fail-under is ${limit}`);
}

function globs(text: string): string[] {
  return text.split(",").filter((glob) => glob !== "");
}

function sourceOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    // Sources of others are often not here.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

function plain({ count, address, mnemonic, operands }: CountedInstruction): string {
  return `${String(count).padStart(8)} | 0x${address.toString(16)}:\t ${mnemonic}\t ${operands}\n`;
}

function painted({ count, address, mnemonic, operands }: CountedInstruction): string {
  const color = count > 0 ? GREEN : GREY;
  const number = String(count).padStart(8);
  return `${color}${number}${GREY} | 0x${address.toString(16)}:\t ${color}${mnemonic}\t ${operands}${PLAIN}\n`;
}

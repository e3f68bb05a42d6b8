/**
 * How often each instruction ran, by symbol, in colours: green ran, grey did not.
 *
 * Nothing is attached; all is read from the native counts when the report is wanted. Code that no symbol names is
 * listed under its image; of it, only what ran can be known. With `all`, functions of the program of which nothing
 * ran are listed too.
 */

import { type CountedInstruction, type CoveredSymbol, definePlugin, type Report } from "../mod.ts";

const GREEN = "\x1b[1;32m";
const GREY = "\x1b[1;30m";
const PLAIN = "\x1b[0m";
const COLORS = ["auto", "always", "never"];

interface Section {
  readonly heading: string;
  readonly address: bigint;
  readonly instructions: readonly CountedInstruction[];
}

export default definePlugin({
  name: "coverage",
  description: "How often each instruction ran, by symbol, in colours",
  formats: ["text", "json"],
  params: {
    color: {
      type: "string",
      default: "auto",
      description: "Colours in the text: auto, always or never",
      check: (value: string) => COLORS.includes(value) ? undefined : `it is one of ${COLORS.join(", ")}`,
    },
    all: { type: "boolean", default: false, description: "The program's functions of which nothing ran, too" },
  },
  setup(api) {
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

    function writeText(report: Report) {
      const { color } = api.params;
      const paint = color === "always" || color === "auto" && report.hasColors ? painted : plain;
      for (const { heading, instructions } of sections()) {
        report.write(`// ${heading}\n${instructions.map(paint).join("")}`);
      }
    }

    api.onReport((report) => {
      if (report.format === "text") return writeText(report);
      report.writeJson(
        sections().map(({ heading, address, instructions }) => ({
          heading,
          address,
          instructions: instructions.map(({ address, size, mnemonic, operands, count }) => ({
            ...{ address, size, mnemonic, operands, count },
          })),
        })),
      );
    });
  },
});

function plain({ count, address, mnemonic, operands }: CountedInstruction): string {
  return `${String(count).padStart(8)} | 0x${address.toString(16)}:\t ${mnemonic}\t ${operands}\n`;
}

function painted({ count, address, mnemonic, operands }: CountedInstruction): string {
  const color = count > 0 ? GREEN : GREY;
  const number = String(count).padStart(8);
  return `${color}${number}${GREY} | 0x${address.toString(16)}:\t ${color}${mnemonic}\t ${operands}${PLAIN}\n`;
}

/**
 * Which instruction produced the values that each instruction read: through registers, flags and memory.
 *
 * All code is followed, whatever `within` says: it names the instructions whose producers are told. What a system call
 * wrote was produced by its `syscall` instruction, as far as dependences/kernel_writes.ts knows. Leaves out that a signal
 * handler's registers are not those of the code that it interrupts.
 */

import {
  definePlugin,
  DependenceTracker,
  EVENT,
  INITIAL,
  type Instruction,
  type PartAccess,
  RegisterParts,
  symbolLabel,
  textTable,
} from "../mod.ts";
import { kernelWrites } from "./dependences/kernel_writes.ts";

/** System calls that begin threads, with the thread's id as result. */
const CLONES: ReadonlySet<string> = new Set(["clone", "clone3"]);

/** An instruction that ran. */
interface Known {
  readonly number: number;
  readonly address: bigint;
  readonly text: string;
}

/** What one instruction read from another. */
interface Row {
  readonly consumer: Known;
  readonly producer: Known | undefined;
  readonly through: string;
  readonly count: number;
}

export default definePlugin({
  name: "dependences",
  description: "Which instruction produced the values that others read",
  formats: ["text", "json", "dot"],
  params: {
    limit: {
      type: "number",
      default: 20,
      description: "Most symbols, instructions or edges to tell; 0 for all",
      check: (value: number) => value >= 0 ? undefined : "it must not be negative",
    },
  },
  setup(api) {
    const parts = new RegisterParts();
    const tracker = new DependenceTracker();
    const known: (Known | undefined)[] = [undefined];
    /** What was known last by its address. */
    const byAddress = new Map<number, { readonly number: number; readonly bytes: Uint8Array }>();
    /** What instructions read and write, by their text without numbers, which play no part in that. */
    const accesses = new Map<string, PartAccess>();
    /** Numbers of instructions by site; 0 for those that are not known yet. */
    let numbers = new Int32Array(1024);
    let lastSyscall: number = INITIAL;

    function learn(site: number): number {
      if (site >= numbers.length) {
        const before = numbers;
        numbers = new Int32Array(2 ** Math.ceil(Math.log2(site + 1)));
        numbers.set(before);
      }
      const [instruction] = api.disassemble(BigInt(sites.pcs[site]), sites.sizes[site]);
      return numbers[site] = instruction === undefined ? unknown(site) : numberOf(instruction);
    }

    /** Its code is not there any more. */
    function unknown(site: number): number {
      known.push({ number: known.length, address: BigInt(sites.pcs[site]), text: "" });
      return tracker.add({ reads: [], writes: [] }, false);
    }

    function numberOf(instruction: Instruction): number {
      const { address, bytes, mnemonic, operands } = instruction;
      const found = byAddress.get(Number(address));
      if (found !== undefined && isSame(found.bytes, bytes)) return found.number;
      const number = tracker.add(accessOf(instruction), api.covers(address));
      known.push({ number, address, text: `${mnemonic} ${operands}`.trim() });
      byAddress.set(Number(address), { number, bytes });
      if (mnemonic === "syscall") syscalls.add(number);
      return number;
    }
    const syscalls = new Set<number>();

    function accessOf(instruction: Instruction): PartAccess {
      const { mnemonic, operands } = instruction;
      const text = `${mnemonic} ${operands.replaceAll(/\b(0x[0-9a-f]+|[0-9]+)\b/g, "#")}`;
      let access = accesses.get(text);
      if (access === undefined) accesses.set(text, access = parts.of(api.registerAccess(instruction), mnemonic));
      return access;
    }

    const sites = api.onEvents(["accesses", "instructions"], ({ thread, length, sites: events, addresses }) => {
      const { kinds, sizes } = sites;
      tracker.turnTo(thread);
      for (let at = 0; at < length; at++) {
        const site = events[at];
        const kind = kinds[site];
        if (kind === EVENT.INSTRUCTION) {
          const number = site < numbers.length && numbers[site] !== 0 ? numbers[site] : learn(site);
          tracker.execute(number);
          continue;
        }
        if ((kind & EVENT.READ) !== 0) tracker.load(addresses, at, sizes[site]);
        if ((kind & EVENT.WRITE) !== 0) tracker.store(addresses, at, sizes[site]);
      }
    }, { everywhere: true });

    api.onSyscall(({ thread, name, arguments: args, result }) => {
      tracker.turnTo(thread);
      if (syscalls.has(tracker.current)) lastSyscall = tracker.current;
      if (CLONES.has(name) && Number(result) > 0) tracker.begin(Number(result));
      const { written, anew } = kernelWrites(name, args, result);
      for (const [address, size] of anew) tracker.forget(address, address + size);
      for (const [address, size] of written) tracker.storeFor(lastSyscall, address, size);
    });
    api.onReset(() => tracker.reset());

    const label = (address: bigint) =>
      symbolLabel(
        api.symbolAt(address),
        api.images.find(({ start, end }) => start <= address && address < end),
        address,
      );
    const symbolOf = (known: Known | undefined) =>
      known === undefined ? "(initial)" : api.symbolAt(known.address)?.name ?? api.imageAt(known.address) ??
        "anonymous memory";
    const hex = (known: Known | undefined) => known === undefined ? "" : `0x${known.address.toString(16)}`;
    const most = () => api.params.limit === 0 ? Infinity : api.params.limit;

    function rows(): Row[] {
      return [...tracker.dependences()].flatMap(({ consumer, producer, through, count }) => {
        const reader = known[consumer];
        return reader === undefined ? [] : [{ consumer: reader, producer: known[producer], through, count }];
      }).sort(compareRows);
    }

    function bySymbol(all: readonly Row[]) {
      const sums = new Map<string, { consumer: string; producer: string; count: number }>();
      for (const row of all) {
        const [consumer, producer] = [symbolOf(row.consumer), symbolOf(row.producer)];
        const sum = sums.get(`${consumer}\n${producer}`) ?? { consumer, producer, count: 0 };
        sums.set(`${consumer}\n${producer}`, sum);
        sum.count += row.count;
      }
      const inOrder = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
      return [...sums.values()].sort((a, b) =>
        b.count - a.count || inOrder(a.consumer, b.consumer) || inOrder(a.producer, b.producer)
      ).slice(0, most());
    }

    /** The instructions that read most, with their producers. */
    function byInstruction(all: readonly Row[]) {
      return [...Map.groupBy(all, ({ consumer }) => consumer)]
        .map(([consumer, list]) => ({ consumer, list, sum: list.reduce((sum, { count }) => sum + count, 0) }))
        .sort((a, b) => b.sum - a.sum || Number(a.consumer.address - b.consumer.address))
        .slice(0, most());
    }

    api.onReport((report) => {
      const all = rows();
      if (report.format === "dot") return report.write(graph(all.slice(0, most()), label));
      const symbols = bySymbol(all);
      const instructions = byInstruction(all);
      if (report.format === "json") {
        const place = (known: Known | undefined) =>
          known === undefined
            ? { address: null, where: "(initial)", text: "" }
            : { address: known.address, where: label(known.address), text: known.text };
        return report.writeJson({
          symbols,
          instructions: instructions.map(({ consumer, list }) => ({
            ...place(consumer),
            executed: tracker.executed(consumer.number),
            producers: list.map(({ producer, through, count }) => ({ through, count, ...place(producer) })),
          })),
        });
      }
      report.write(textTable(
        ["COUNT", "IN", "PRODUCED BY"],
        symbols.map(({ count, consumer, producer }) => [count, consumer, producer]),
      ));
      for (const { consumer, list } of instructions) {
        report.write(`\n${hex(consumer)} ${consumer.text} in ${label(consumer.address)}\n`);
        report.write(
          list.map(({ producer, through, count }) => {
            const from = producer === undefined
              ? "(initial)"
              : `${hex(producer)} ${producer.text} in ${label(producer.address)}`;
            return `${String(count).padStart(12)} ${through.padEnd(6)} ${from}\n`;
          }).join(""),
        );
      }
    });
  },
});

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function compareRows(a: Row, b: Row): number {
  return b.count - a.count || Number(a.consumer.address - b.consumer.address) ||
    Number((a.producer?.address ?? 0n) - (b.producer?.address ?? 0n)) || (a.through < b.through ? -1 : 1);
}

/** The dependences as a graph for Graphviz, from the producer to what reads. */
function graph(rows: readonly Row[], label: (address: bigint) => string): string {
  const nodes = new Map<string, string>();
  const id = (known: Known | undefined) => {
    const name = known === undefined ? "initial" : `i${known.number}`;
    const text = known === undefined
      ? "(initial)"
      : `${label(known.address)}\\n${known.text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}`;
    nodes.set(name, `  ${name} [label="${text}"];\n`);
    return name;
  };
  const edges = rows.map(({ consumer, producer, through, count }) =>
    `  ${id(producer)} -> ${id(consumer)} [label="${through} ${count}"];\n`
  );
  return `digraph dependences {\n  node [shape=box, fontname="monospace"];\n${[...nodes.values()].join("")}${
    edges.join("")
  }}\n`;
}

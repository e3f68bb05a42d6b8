/**
 * How often each conditional branch was taken and not taken, and how often simple predictors were wrong about it.
 *
 * It is made from the flow of blocks. A branch of one thread is followed by what that thread executes next; predictors
 * see the branches of all threads as they come.
 */

import {
  BRANCH_PREDICTORS,
  type BranchPredictor,
  BranchPredictors,
  definePlugin,
  symbolLabel,
  textTable,
} from "../mod.ts";

const ORDERS = ["missed", "executed", "address"];

interface Branch {
  readonly address: bigint;
  readonly text: string;
  readonly isBackward: boolean;
}

/** A block, and the branch that it ends with: its number, or -1. */
interface Block {
  readonly address: bigint;
  readonly end: bigint;
  readonly branch: number;
  readonly site: number;
}

export default definePlugin({
  name: "branches",
  description: "How often each conditional branch was taken, and mispredicted",
  formats: ["text", "json"],
  params: {
    predictor: {
      type: "string",
      default: "gselect",
      description: `Whose mispredictions the table has: ${BRANCH_PREDICTORS.join(", ")}`,
      check: (text: string) =>
        BRANCH_PREDICTORS.some((name) => name === text) ? undefined : `it is one of ${BRANCH_PREDICTORS.join(", ")}`,
    },
    sort: {
      type: "string",
      default: "missed",
      description: `Order of the rows: ${ORDERS.join(", ")}`,
      check: (text: string) => ORDERS.includes(text) ? undefined : `it is one of ${ORDERS.join(", ")}`,
    },
    limit: { type: "number", default: 20, description: "Number of branches; 0 for all" },
  },
  setup(api) {
    const predictors = new BranchPredictors();
    const branches: Branch[] = [];
    const numbers = new Map<bigint, number>();
    const blocks: (Block | undefined)[] = [];
    /** The block that each thread entered last. */
    const last = new Map<number, Block | undefined>();
    let running = 0;

    api.onTranslate(({ id, address, size, instructions }) => {
      const end = address + BigInt(size);
      const instruction = instructions.at(-1);
      let branch = -1;
      if (
        instruction !== undefined && instruction.address + BigInt(instruction.size) === end &&
        api.flow(instruction) === "jump" && !/\bjmp$/.test(instruction.mnemonic)
      ) {
        branch = numbers.get(instruction.address) ?? branches.length;
        numbers.set(instruction.address, branch);
        branches[branch] = {
          address: instruction.address,
          text: `${instruction.mnemonic} ${instruction.operands}`,
          isBackward: BigInt(instruction.operands) <= instruction.address,
        };
      }
      while (blocks.length < id) blocks.push(undefined); // no holes, which make it slow
      blocks[id] = { address, end, branch, site: Number((instruction?.address ?? address) & 0xffffn) };
    });
    api.onFlow((batch) => {
      running = batch.thread;
      let previous = last.get(running);
      for (let index = 0; index < batch.length; index++) {
        const id = batch.block(index);
        const block = blocks[id];
        // A signal's handler follows from nothing; other code is where a branch went that leaves this one.
        if (previous !== undefined && previous.branch >= 0 && id !== 0) {
          predictors.saw(previous.branch, previous.site, block?.address !== previous.end);
        }
        previous = block;
      }
      last.set(running, previous);
    });
    const forget = () => last.clear();
    api.onLeave(() => void last.delete(running));
    api.onActiveChange(forget);
    api.onReset(() => {
      forget();
      predictors.reset();
    });

    function sorted() {
      const predictor = api.params.predictor as BranchPredictor;
      const rows = branches.map(({ address, text, isBackward }, number) => {
        const image = api.images.find(({ start, end }) => start <= address && address < end);
        const where = symbolLabel(api.symbolAt(address), image, address);
        return { address, ...predictors.branch(number, isBackward), text, where };
      }).filter(({ taken, notTaken }) => taken + notTaken > 0);
      const by = {
        missed: ({ missed }: typeof rows[number]) => missed[predictor],
        executed: ({ taken, notTaken }: typeof rows[number]) => taken + notTaken,
        address: () => 0,
      }[api.params.sort] ?? (() => 0);
      return rows.sort((a, b) => by(b) - by(a) || Number(a.address - b.address));
    }

    api.onReport((report) => {
      const predictor = api.params.predictor as BranchPredictor;
      const rows = sorted();
      const sum = (of: (row: typeof rows[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
      const taken = sum((row) => row.taken);
      const executed = taken + sum((row) => row.notTaken);
      const missed = BRANCH_PREDICTORS.map((name) => [name, sum((row) => row.missed[name])] as const);
      const shown = api.params.limit === 0 ? rows : rows.slice(0, api.params.limit);
      if (report.format === "json") {
        return report.writeJson({ total: { executed, taken, missed: Object.fromEntries(missed) }, branches: shown });
      }
      report.write(`${rows.length} conditional branches, executed ${executed} times, taken ${taken} times\n\n`);
      report.write(textTable(
        ["PREDICTOR", "MISSED", "   RATE"],
        missed.map(([name, count]) => [
          ...[name, count, percent(count, executed)],
        ]),
      ));
      report.write(`\n${
        textTable(
          ["ADDRESS", "TAKEN", "NOT TAKEN", "MISSED", "   RATE", "BRANCH", "WHERE"],
          shown.map(({ address, taken, notTaken, missed, text, where }) => [
            ...[`0x${address.toString(16)}`, taken, notTaken, missed[predictor]],
            ...[percent(missed[predictor], taken + notTaken), text, where],
          ]),
        )
      }`);
    });
  },
});

function percent(part: number, all: number): string {
  return all === 0 ? "-" : `${(100 * part / all).toFixed(2).padStart(6)}%`;
}

/** Lesson: what a cache does to two loops that compute the same. */

import type { Session } from "../../session/session.ts";
import type { Lesson } from "../lesson.ts";

/** What the plugin reports of a function. */
interface Row {
  readonly symbol: string;
  readonly reads: number;
  readonly d1Reads: number;
}

/** Reads of a function, and how many of them missed the first level. */
function readsOf({ emulator }: Session, name: string): Row {
  const parts: string[] = [];
  const handle = emulator.plugins.find(({ plugin }) => plugin.name === "cache");
  handle?.report({ write: (part) => void parts.push(part), hasColors: false }, "json");
  const { symbols = [] }: { symbols?: Row[] } = JSON.parse(parts.join("") || "{}");
  return symbols.find(({ symbol }) => symbol === name) ?? { symbol: name, reads: 0, d1Reads: 0 };
}

export const cache: Lesson = {
  name: "cache",
  title: "A cache made visible",
  program: "examples/guests/grid",
  plugins: ["cache,l1d=4k:4:64,within=by_rows,by_columns"],
  text: `
Between the processor and its memory is a cache: it keeps the lines, of 64 bytes here, that were used last. What is not in
it is a miss, and takes long. The guest adds up a square of 64 times 64 numbers twice: by_rows goes along the rows,
by_columns along the columns. The plugin cache is in use: it simulates a small one, with 4 KiB in sets of 4 lines.`,
  steps: [
    {
      goal: "Run the program to its end.",
      hints: ["`run` does."],
      solution: ["run"],
      isReached: ({ emulator }) => emulator.ended !== undefined,
      then: "Both sums are the same, and so are the numbers of instructions. The cache has seen them differently.",
    },
    {
      goal: "How many of by_rows' reads missed the first level? It is D1MR in the plugin's report.",
      hints: [
        "`plugin report cache` shows its tables.",
        "The table by symbol has DR, the reads, and D1MR, those that missed the first level.",
      ],
      solution: ["plugin report cache", "answer 257"],
      answer: (session) => session.emulator.ended === undefined ? "not yet" : readsOf(session, "by_rows").d1Reads,
      then: "A line has 64 bytes, 16 numbers: one miss brings the next 15 as well. One more is the return address.",
    },
    {
      goal: "by_columns misses each time. How many bytes lie between a number and the next one of its column?",
      hints: [
        "A number has 4 bytes, and a row 64 numbers.",
        "`print &grid[1][0]` and `print &grid[0][0]` say where they are.",
      ],
      solution: ["print &grid[0][0]", "print &grid[1][0]", "answer 256"],
      answer: () => 64 * 4,
      then:
        "So each is in a line of its own. A column needs 64 lines, which would be 4 KiB; but only every fourth set\n" +
        "may hold them. When the next column comes, its lines are gone.",
    },
    {
      goal:
        "Find a cache in which by_columns misses no more often than by_rows, and run the program with it to its end.",
      hints: [
        "A run begins with the cache of the lesson; so stop at its beginning: `break main`, `run`.",
        "`plugin set cache l1d=SIZE:WAYS:LINE` makes another one. Then `continue`, and `plugin report cache`.",
        "One that holds the whole square, of 16 KiB, will do. So does one of 4 KiB whose lines may be anywhere: 64 ways.",
      ],
      solution: ["break main", "run", "plugin set cache l1d=4k:64:64", "continue", "plugin report cache"],
      isReached(session) {
        if (session.emulator.ended === undefined) return false;
        const [rows, columns] = [readsOf(session, "by_rows"), readsOf(session, "by_columns")];
        return columns.reads > 4000 && columns.d1Reads <= rows.d1Reads;
      },
      then: "Caches cannot be chosen by programs. What can be chosen is the order of two loops.",
    },
  ],
};

/** The table of `info breakpoints`, as gdb has it. */

import { type Describe, hex } from "./hex.ts";

/** A row of the table. */
export interface BreakpointRow {
  readonly number: number;
  /** gdb's word: `breakpoint`, `hw watchpoint`, `catchpoint`; or `hook`. */
  readonly type: string;
  /** What happens to it when it has stopped the guest: `keep`, `dis`, `del`. */
  readonly disposition: string;
  readonly isEnabled: boolean;
  readonly where: string;
  readonly addresses: readonly bigint[];
  /** Whether it waits for its location to be mapped. */
  readonly isPending: boolean;
  readonly condition: string | undefined;
  readonly hits: number;
  readonly ignore: number;
  /** How often it still stops; without end, if undefined. */
  readonly stopsLeft?: number | undefined;
  /** What is typed when it has stopped the guest. */
  readonly commands?: readonly string[];
}

function times(count: number): string {
  return `${count} ${count === 1 ? "time" : "times"}`;
}

function placeText(row: BreakpointRow, describe: Describe): [address: string, what: string] {
  if (row.type === "catchpoint" || row.where.startsWith("$")) return ["", row.where];
  if (row.addresses.length === 0) return [row.isPending ? "<PENDING>" : "", row.where];
  if (row.type.endsWith("watchpoint")) return ["", row.where];
  if (row.addresses.length > 1) return ["<MULTIPLE>", `${row.where} (${row.addresses.length} places)`];
  const [address] = row.addresses;
  return [
    hex(address).replace("0x", "0x" + "0".repeat(Math.max(0, 18 - hex(address).length))),
    `<${describe(address) ?? row.where}>`,
  ];
}

/** Lines of the table, with a heading. */
export function breakpointLines(rows: readonly BreakpointRow[], describe: Describe): string[] {
  if (rows.length === 0) return ["No breakpoints, watchpoints, catchpoints or hooks."];
  const lines = rows.flatMap((row) => {
    const [address, what] = placeText(row, describe);
    const head = `${String(row.number).padEnd(8)}${row.type.padEnd(14)} ${row.disposition.padEnd(5)}` +
      `${(row.isEnabled ? "y" : "n").padEnd(4)}${address.padEnd(18)} ${what}`;
    return [
      head.trimEnd(),
      ...(row.condition === undefined ? [] : [`\tstop only if ${row.condition}`]),
      ...(row.hits === 0 ? [] : [`\t${row.type.split(" ").at(-1)} already hit ${times(row.hits)}`]),
      ...(row.ignore === 0 ? [] : [`\tignore next ${row.ignore} hits`]),
      ...(row.stopsLeft === undefined ? [] : [`\tdisable after ${times(row.stopsLeft)} more`]),
      ...(row.commands ?? []).flatMap((each) => each.split("\n")).map((line) => `        ${line}`),
    ];
  });
  return [
    `${"Num".padEnd(8)}${"Type".padEnd(15)}${"Disp".padEnd(5)}${"Enb".padEnd(4)}${"Address".padEnd(18)} What`,
    ...lines,
  ];
}

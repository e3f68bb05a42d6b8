/** How many instructions were executed of each mnemonic, and of each of Capstone's groups. */

import { definePlugin } from "../mod.ts";

export default definePlugin({
  name: "dyncount",
  description: "Executed instructions by mnemonic and by group",
  formats: ["text", "json"],
  setup(api) {
    api.onReport((report) => {
      const mnemonics = new Map<string, number>();
      const groups = new Map<string, number>();
      let total = 0;
      for (const instruction of api.coverage.instructions()) {
        const { mnemonic, count } = instruction;
        if (count === 0) continue;
        total += count;
        add(mnemonics, mnemonic, count);
        const names = api.groups(instruction);
        for (const name of names.length > 0 ? names : ["nogroup"]) add(groups, name, count);
      }
      if (report.format === "json") {
        report.writeJson({
          mnemonics_count: Object.fromEntries(sorted(mnemonics)),
          groups_count: Object.fromEntries(sorted(groups)),
          instructions_total: total,
        });
        return;
      }
      const list = (counts: ReadonlyMap<string, number>) =>
        sorted(counts).map(([name, count]) => `  ${name}: ${count}\n`).join("");
      report.write(`\nmnemonics_count:\n${list(mnemonics)}\ngroups_count:\n${list(groups)}\n`);
      report.write(`instructions_total: ${total}\n`);
    });
  },
});

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a], [b]) => a < b ? -1 : 1);
}

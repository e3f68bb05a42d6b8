/** How often each conditional branch was taken and not taken. Costs a callback a block. */

import { definePlugin, symbolLabel, textTable, trackEdges } from "../mod.ts";

export default definePlugin({
  name: "branches",
  description: "How often each conditional branch was taken and not taken",
  formats: ["text", "json"],
  setup(api) {
    const tracker = trackEdges(api);

    api.onReport((report) => {
      const branches = new Map<bigint, { taken: number; notTaken: number; text: string }>();
      for (const { site, end, to, count } of tracker.edges()) {
        let branch = branches.get(site);
        if (branch === undefined) {
          const [instruction] = api.disassemble(site, Number(end - site));
          if (api.flow(instruction) !== "jump" || /\bjmp$/.test(instruction.mnemonic)) continue;
          branch = { taken: 0, notTaken: 0, text: `${instruction.mnemonic} ${instruction.operands}` };
          branches.set(site, branch);
        }
        if (to === end) branch.notTaken += count;
        else branch.taken += count;
      }
      const rows = [...branches].sort(([a], [b]) => a < b ? -1 : 1)
        .map(([address, branch]) => ({
          address,
          ...branch,
          where: symbolLabel(api.symbolAt(address), undefined, address),
        }));
      if (report.format === "json") return report.writeJson(rows);
      report.write(textTable(
        ["ADDRESS", "TAKEN", "NOT TAKEN", "BRANCH", "WHERE"],
        rows.map((
          { address, taken, notTaken, text, where },
        ) => [`0x${address.toString(16)}`, taken, notTaken, text, where]),
      ));
    });
  },
});

/**
 * A line for each access to memory: the instruction, what it does, the address and the size; in JSON lines a record.
 *
 * An instruction that changes memory in place has one line, `rw` or `change`. Leaves out what the kernel accesses. In
 * binary, see docs/plugins.md.
 */

import { definePlugin, EVENT, EventFileWriter, LineCopier } from "../mod.ts";

const KINDS = ["", "r ", "w ", "rw"];
const ACCESSES = ["", "read", "write", "change"];

export default definePlugin({
  name: "memtrace",
  description: "Every access to memory: instruction, address, size",
  formats: ["text", "jsonl", "binary"],
  params: {
    kind: {
      type: "string",
      default: "all",
      description: "Which accesses: all, reads or writes",
      check: (text: string) =>
        ["all", "reads", "writes"].includes(text) ? undefined : "it must be all, reads or writes",
    },
  },
  setup({ params, output, onEvents, onParamsChange, onReset }) {
    const file = new EventFileWriter((bytes) => output.writeBytes(bytes));
    /** Has for each site what comes before an accessed address, at twice its number, and what comes after. */
    const newCopier = () => new LineCopier((bytes) => output.writeEncoded(bytes));
    let copier = newCopier();

    function learn(site: number): void {
      const [pc, kind, size] = [`0x${sites.pcs[site].toString(16)}`, sites.kinds[site], sites.sizes[site]];
      const isText = params.format === "text";
      copier.set(
        2 * site,
        isText ? `${pc} ${KINDS[kind]} 0x` : `{"pc":"${pc}","access":"${ACCESSES[kind]}","address":"0x`,
      );
      copier.set(2 * site + 1, isText ? ` ${size}\n` : `","size":${size}}\n`);
    }

    const sites = onEvents(["accesses"], (batch) => {
      if (params.format === "binary") return file.add(batch, sites);
      const wanted = params.kind === "reads" ? EVENT.READ : params.kind === "writes" ? EVENT.WRITE : 3;
      for (let at = 0; at < batch.length; at++) {
        const site = batch.sites[at];
        if ((sites.kinds[site] & wanted) === 0) continue;
        if (!copier.has(2 * site)) learn(site);
        copier.put(2 * site);
        copier.putHex(Math.floor(batch.addresses[at] / 2 ** 32), batch.addresses[at] >>> 0);
        copier.put(2 * site + 1);
      }
      copier.flush();
    });
    onParamsChange((name) => {
      if (name === "format") copier = newCopier();
    });
    onReset(() => file.restart());
  },
});

/**
 * A line for each access to memory: the instruction, what it does, the address and the size.
 *
 * An instruction that changes memory in place has one line, `rw`. Leaves out what the kernel accesses. In binary, see
 * docs/plugins.md.
 */

import { definePlugin, EVENT, EventFileWriter } from "../mod.ts";

const KINDS = ["", "r ", "w ", "rw"];

export default definePlugin({
  name: "memtrace",
  description: "Every access to memory: instruction, address, size",
  formats: ["text", "binary"],
  params: {
    kind: {
      type: "string",
      default: "all",
      description: "Which accesses: all, reads or writes",
      check: (text: string) =>
        ["all", "reads", "writes"].includes(text) ? undefined : "it must be all, reads or writes",
    },
  },
  setup({ params, output, onEvents, onReset }) {
    const file = new EventFileWriter((bytes) => output.writeBytes(bytes));
    const starts: string[] = [];
    const ends: string[] = [];

    const sites = onEvents(["accesses"], (batch) => {
      if (params.format === "binary") return file.add(batch, sites);
      const wanted = params.kind === "reads" ? EVENT.READ : params.kind === "writes" ? EVENT.WRITE : 3;
      const text: string[] = [];
      for (let at = 0; at < batch.length; at++) {
        const site = batch.sites[at];
        if ((sites.kinds[site] & wanted) === 0) continue;
        starts[site] ??= `0x${sites.pcs[site].toString(16)} ${KINDS[sites.kinds[site]]} 0x`;
        ends[site] ??= ` ${sites.sizes[site]}\n`;
        text.push(starts[site], batch.addresses[at].toString(16), ends[site]);
      }
      output.write(text.join(""));
    });
    onReset(() => file.restart());
  },
});

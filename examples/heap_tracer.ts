/**
 * Find blocks of the heap that are never freed, and the lines that asked for them.
 *
 *     $ ./ceratops run --script examples/heap_tracer.ts examples/guests/notes < examples/guests/shopping.txt
 *     ...
 *     7 of 8 blocks were freed
 *     12 bytes at notes.c:18 are lost
 */

import { guest, intercept, on } from "ceratops";

interface Block {
  readonly size: bigint;
  readonly caller: bigint;
}

const blocks = new Map<bigint, Block>();
let count = 0;

// Only what main's image asks for: libc uses its own heap, too.
const isOurs = (address: bigint) => guest().symbols.imageAt(address)?.role === "program";

intercept("libc.so.6:malloc", {
  onLeave(result, { args: [size], returnAddress: caller }) {
    if (!isOurs(caller)) return;
    count++;
    blocks.set(result, { size, caller });
  },
}, { pending: true });

intercept("libc.so.6:free", { onEnter: ([address]) => void blocks.delete(address) }, { pending: true });

on("exit", () => {
  console.log(`${count - blocks.size} of ${count} blocks were freed`);
  for (const { size, caller } of blocks.values()) {
    const line = guest().symbols.lineAt(caller - 1n);
    console.log(`${size} bytes at ${line?.file}:${line?.line} are lost`);
  }
});

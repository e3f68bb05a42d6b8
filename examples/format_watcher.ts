/**
 * Find formats of printf(3) that are not part of the program: whoever writes them can read its stack.
 *
 *     $ ./ceratops run --script examples/format_watcher.ts examples/guests/notes < examples/guests/shopping.txt
 *     ...
 *      2 notes.c:32: "%x" is a format in memory that can be written
 *     ...
 */

import { guest, intercept } from "ceratops";

const WRITABLE = 2;

intercept("libc.so.6:printf", {
  onEnter([format], { returnAddress }) {
    const { memory, symbols } = guest();
    const text = memory.cstring(format);
    if (!memory.allows(Number(format), 1, WRITABLE) || !text.includes("%")) return;
    const line = symbols.lineAt(returnAddress - 1n);
    console.log(`${line?.file}:${line?.line}: ${JSON.stringify(text)} is a format in memory that can be written`);
  },
}, { pending: true });

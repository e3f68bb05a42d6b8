/**
 * Walk a linked list in the guest's memory, by the fields of its structure.
 *
 *     $ ./ceratops run --script examples/walk_list.ts examples/guests/notes < examples/guests/shopping.txt
 *     milk
 *     bread -> milk
 *     hello world -> bread -> milk
 *     %x -> hello world -> bread -> milk
 *     ...
 */

import { guest, intercept } from "ceratops";

const NOTE = { next: "pointer", length: "i16", text: "cstring" } as const;

intercept("add", {
  onLeave(first) {
    const texts: string[] = [];
    for (let at = first; at !== 0n;) {
      const note = guest().memory.struct(at, NOTE);
      texts.push(note.text ?? "");
      at = note.next;
    }
    console.log(texts.join(" -> "));
  },
});

import { deepEqual, equal } from "node:assert/strict";
import { hostBuffer } from "../../engine/ffi/libc.ts";
import { TABLE } from "../../engine/ffi/stubs.ts";
import { AddressTable } from "../../engine/memory/address_table.ts";
import { SPAN } from "../../engine/memory/guest_memory.ts";
import { Emulator } from "../../mod.ts";
import { fileURLToPath } from "node:url";

/** Addresses around where chunks meet, and the ends. */
const CHUNK = 2 ** TABLE.SHIFT;
const ADDRESSES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 0x55_5555_5000, 0x7f_ffff_ffff, SPAN - CHUNK, SPAN - 1];

/** What a stub finds: see `TABLE`. */
function lookedUp(table: AddressTable, column: keyof typeof TABLE.COLUMN, address: number): bigint | undefined {
  const directory = new BigUint64Array(hostBuffer(table.host, SPAN / CHUNK * 8));
  const base = directory[Math.floor(address / CHUNK)];
  if (base === 0n) return undefined;
  const at = BigInt.asUintN(64, base + BigInt(address) * 8n + BigInt(TABLE.COLUMN[column] * CHUNK * 8));
  return new BigUint64Array(hostBuffer(at, 8))[0];
}

Deno.test("AddressTable keeps a word for each address and column, where stubs look", () => {
  using cleanup = new DisposableStack();
  const table = cleanup.adopt(new AddressTable(), (table) => table.free());
  const columns = Object.keys(TABLE.COLUMN) as (keyof typeof TABLE.COLUMN)[];
  const word = (column: number, address: number) => BigInt(address) * 8n + BigInt(column) + 1n;
  for (const address of ADDRESSES) {
    for (const [index, column] of columns.entries()) table.set(column, address, word(index, address));
  }
  for (const address of ADDRESSES) {
    for (const [index, column] of columns.entries()) {
      equal(table.get(column, address), word(index, address), `${column} at ${address}`);
      equal(lookedUp(table, column, address), word(index, address), `${column} at ${address}, looked up`);
    }
  }
});

Deno.test("AddressTable has nothing until something is put there, and nothing past what a guest can have", () => {
  using cleanup = new DisposableStack();
  const table = cleanup.adopt(new AddressTable(), (table) => table.free());
  equal(table.get("COUNT", 0x40_1000), 0n);
  equal(lookedUp(table, "COUNT", 0x40_1000), undefined);
  equal(table.cover(0x40_1000), true);
  equal(lookedUp(table, "COUNT", 0x40_1000), 0n);
  for (const address of [SPAN, 2 ** 47, 2 ** 64, -1, -CHUNK - 1]) {
    equal(table.cover(address), false, `${address}`);
    table.set("COUNT", address, 1n);
    equal(table.get("COUNT", address), 0n, `${address}`);
  }
});

Deno.test("AddressTable.clearPage() clears one column of one page", () => {
  using cleanup = new DisposableStack();
  const table = cleanup.adopt(new AddressTable(), (table) => table.free());
  for (const address of [0xfff, 0x1000, 0x1fff, 0x2000]) {
    table.set("COUNT", address, 1n);
    table.set("NUMBER", address, 2n);
  }
  table.clearPage("COUNT", 0x1000);
  const words = [0xfff, 0x1000, 0x1fff, 0x2000].map((at) => [table.get("COUNT", at), table.get("NUMBER", at)]);
  equal(words.join(" "), "1,2 0,2 0,2 1,2");
});

Deno.test("thirty counted guests at once have counts of their own", async () => {
  using guests = new DisposableStack();
  const program = fileURLToPath(new URL("../guests/fib", import.meta.url));
  const opened = Array.from({ length: 30 }, () => guests.use(Emulator.open({ program })));
  for (const guest of opened.slice(0, 3)) await guest.run();
  // The instructions that QEMU's own plugin counts: tests/guests/fib.coverage-tiny.txt.
  deepEqual(opened.map((guest) => guest.coverage.total), opened.map((_, index) => index < 3 ? 2627 : 0));
});

/** The table of system calls: its page is current, its numbers are Linux's, its notes say what is missing. */

import assert from "node:assert/strict";
import { SYSCALL_NUMBERS } from "../../engine/linux/abi/numbers.ts";
import { compatibilityPage } from "../../engine/linux/compatibility.ts";
import { SYSCALLS } from "../../engine/linux/syscalls/mod.ts";

Deno.test("docs/syscalls.md is what `deno task syscalls` writes", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/syscalls.md", import.meta.url));
  assert.equal(page, compatibilityPage());
});

Deno.test("SYSCALLS has each call once, and says of each that is not full what is missing", () => {
  const names = SYSCALLS.map(({ name }) => name);
  assert.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), []);
  assert.deepEqual(SYSCALLS.filter(({ level, note }) => level !== "full" && !note).map(({ name }) => name), []);
  assert.ok(names.length >= 280);
});

Deno.test("SYSCALL_NUMBERS are those of the C library's header", async () => {
  const source = "#include <sys/syscall.h>\n";
  const child = new Deno.Command("gcc", { args: ["-E", "-dM", "-x", "c", "-"], stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const text = new TextDecoder().decode((await child.output()).stdout);
  const header = new Map(
    [...text.matchAll(/^#define __NR_(\w+) (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  assert.ok(header.size > 300);
  for (const [name, number] of header) assert.equal(SYSCALL_NUMBERS[name], number, name);
});

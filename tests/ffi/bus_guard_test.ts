import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Runs a module in a Deno of its own, as a SIGBUS may end it. */
async function runAlone(code: string): Promise<{ readonly stdout: string; readonly signal: Deno.Signal | null }> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const folder = await Deno.makeTempDir();
  const module = `${folder}/alone.ts`;
  await Deno.writeTextFile(module, code.replaceAll("ENGINE", `file://${root}engine`));
  try {
    const args = ["run", "-A", "--no-check", "--no-lock", module, `${folder}/data`];
    const output = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).output();
    const stdout = new TextDecoder().decode(output.stdout);
    if (output.code === 1) throw new Error(new TextDecoder().decode(output.stderr));
    return { stdout, signal: output.signal };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PRELUDE = `
import { GuestMemory } from "ENGINE/memory/guest_memory.ts";
import { libc, hostBuffer } from "ENGINE/ffi/libc.ts";
import { HostBuffer, hostCall } from "ENGINE/linux/host.ts";
Deno.writeFileSync(Deno.args[0], new Uint8Array(4 * 4096).fill(7));
const path = new HostBuffer(4096);
path.setString(new TextEncoder().encode(Deno.args[0]));
const descriptor = hostCall("openat", -100, path.address, 2, 0);
`;

Deno.test("busGuard() turns what a truncated file no longer has into zeroes, and notes the address", async () => {
  const { stdout, signal } = await runAlone(`${PRELUDE}
    const memory = new GuestMemory();
    const start = 0x100000;
    memory.map({ start, length: 4 * 4096, protection: 3, shared: true, file: { descriptor, offset: 0, size: 4 * 4096 } });
    const before = memory.u8(start + 3 * 4096);
    Deno.truncateSync(Deno.args[0], 2 * 4096);
    const after = memory.u8(start + 3 * 4096 + 5);
    console.log(before, after, memory.takeTruncated().map((at) => at - start), memory.u8(start + 4096));
    console.log(memory.accessible(start, 4 * 4096, 1), memory.takeTruncated());
  `);
  assert.equal(signal, null);
  assert.equal(stdout, "7 0 [ 12293 ] 7\n8192 []\n");
});

Deno.test("busGuard() leaves SIGBUS elsewhere what it was: the end of the process", async () => {
  const { stdout, signal } = await runAlone(`${PRELUDE}
    new GuestMemory();
    const address = libc().mmap(0n, 4n * 4096n, 3, 1, descriptor, 0n);
    const bytes = new Uint8Array(hostBuffer(address, 4 * 4096));
    Deno.truncateSync(Deno.args[0], 4096);
    console.log("before", bytes[0]);
    console.log("after", bytes[3 * 4096]);
  `);
  assert.equal(signal, "SIGBUS");
  assert.equal(stdout, "before 7\n");
});

Deno.test("busGuard() of one isolate passes on what is another's", async () => {
  const { stdout, signal } = await runAlone(`${PRELUDE}
    const start = 0x100000;
    const file = { descriptor, offset: 0, size: 4 * 4096 };
    const memory = new GuestMemory();
    memory.map({ start, length: 4 * 4096, protection: 3, shared: true, file });
    const other = \`import { GuestMemory } from "ENGINE/memory/guest_memory.ts"; new GuestMemory(); postMessage(1);\`;
    const worker = new Worker(URL.createObjectURL(new Blob([other], { type: "text/typescript" })), { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    Deno.truncateSync(Deno.args[0], 4096);
    console.log(memory.u8(start + 4096), memory.takeTruncated().length);
    worker.terminate();
  `);
  assert.equal(signal, null);
  assert.equal(stdout, "0 1\n");
});

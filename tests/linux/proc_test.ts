/** The guest's /proc: it tells of the guest, and no way leads from it to the host process. */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { assertSame, runGuest } from "../programs/comparison.ts";

const program = () => compile(new URL("../conformance/own_proc.c", import.meta.url), ["-O1", "-w"]);

Deno.test("/proc: every way into it leads to the guest's own, as natively", async () => {
  const folder = await Deno.makeTempDir({ prefix: "ceratops-proc-" });
  try {
    const { stdout } = await assertSame([await program()], { cwd: folder });
    assert.doesNotMatch(stdout, /HOST/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("/proc: memory, other processes' links and threads of the host are refused", async () => {
  const { stdout, status } = await runGuest([await program(), "refused"]);
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /HOST|OPENED|own/);
  assert.match(stdout, /^threads of the host: 0$/m);
  assert.match(stdout, /^\/proc\/self\/mem: refused$/m);
});

const COMMANDS: readonly (readonly string[])[] = [
  ["/bin/readlink", "/proc/self/exe", "/proc/self/cwd", "/proc/self/root"],
  ["/bin/cat", "/proc/self/comm", "/proc/self/limits", "/proc/self/mountinfo", "/proc/self/cgroup", "/proc/mounts"],
  ["/usr/bin/stat", "-c", "%n %F %a", "/proc", "/proc/self/", "/proc/self/exe", "/proc/self/fd", "/proc/self/mem"],
  ["/usr/bin/od", "-c", "/proc/self/cmdline"],
  ["/usr/bin/sort", "-z", "/proc/self/environ"],
  ["/bin/grep", "-E", "^(Name|State|Tracer|Uid|Gid|Groups|Umask|Threads|SigBlk|SigCgt)", "/proc/self/status"],
  ["/bin/cat", "/proc/cpuinfo", "/proc/filesystems", "/proc/sys/kernel/ostype"],
  ["/bin/ls", "/proc/sys/kernel", "/proc/self/task/self", "/proc/tty"],
];

Deno.test("/proc: programs print what they print natively", async (t) => {
  for (const command of COMMANDS) {
    await t.step(command.join(" "), async () => {
      await assertSame(command);
    });
  }
});

Deno.test("/proc/self/maps names the program, its libraries, heap and stack in the kernel's format", async () => {
  const { stdout } = await runGuest(["/bin/cat", "/proc/self/maps"]);
  const lines = stdout.trimEnd().split("\n");
  for (const line of lines) {
    assert.match(line, /^[0-9a-f]{8,}-[0-9a-f]{8,} [r-][w-][x-][ps] [0-9a-f]{8} [0-9a-f]{2}:[0-9a-f]{2} \d+ /);
    const name = line.slice(73);
    assert.ok(name === "" || name.startsWith("/") || name.startsWith("["), line);
  }
  for (const name of [/r-xp .*\/cat$/, /r-xp .*\/libc\.so\.6$/, /rw-p .*\[heap\]$/, /rw-p .*\[stack\]$/]) {
    assert.equal(lines.filter((line) => name.test(line)).length, 1, String(name));
  }
});

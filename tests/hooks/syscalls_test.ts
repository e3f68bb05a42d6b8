/** Closures at system calls: what they are told is what strace(1) would show, what they answer is what the guest gets. */

import assert from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { compile } from "../programs/compile.ts";

const program = await compile(
  `
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
int main(void) {
  int known = open("/etc/hostname-that-is-not", O_RDONLY | O_CLOEXEC);
  if (known != -1 || errno != ENOENT) return 1;
  if (getppid() != 4321) return 2;
  if (write(7, "abc", 3) != 3) return 3;
  return open("/made/up", O_RDONLY) == 44 ? 0 : 4;
}`,
  ["-O1"],
);

Deno.test("hookSyscall() tells names, arguments and results, and lets closures answer and replace them", async () => {
  using emulator = Emulator.open({ program });
  const told: unknown[] = [];
  const opens = emulator.hookSyscall("openat", {
    onEnter({ args, result }) {
      if (args.pathname === "/made/up") return 44;
      if (`${args.pathname}`.startsWith("/etc/hostname")) told.push([args, result]);
    },
    onLeave: ({ args, result }) => {
      if (`${args.pathname}`.startsWith("/etc/hostname")) told.push(result);
    },
  });
  emulator.hookSyscall("getppid", { onLeave: () => 4321 });
  emulator.hookSyscall(/^write$/, { onEnter: ({ args }) => args.fd === 7 ? Number(args.count) : undefined });
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 0 });
  // AT_FDCWD is -100, O_CLOEXEC 02000000, ENOENT 2.
  assert.deepEqual(told, [
    [{ dirfd: -100, pathname: "/etc/hostname-that-is-not", flags: 0o2000000, mode: 0 }, undefined],
    -2,
  ]);
  assert.ok(opens.hits >= 2);
});

Deno.test("hookSyscall() does not call a closure that was detached", async () => {
  using emulator = Emulator.open({ program });
  const hook = emulator.hookSyscall("openat", { onEnter: () => hook.detach() });
  await emulator.run();
  assert.equal(hook.hits, 1);
});

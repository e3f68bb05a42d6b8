/** `--strace` shows calls about files in the form of strace(1). */

import assert from "node:assert/strict";
import { compile } from "../programs/compile.ts";
import { runGuest } from "../programs/comparison.ts";

/** What strace(1) prints of the program, but for its alignment and the pipe's descriptors, which it shows as a list. */
const EXPECTED = [
  String
    .raw`openat(AT_FDCWD, "/missing\ttab\3771", O_RDWR|O_CREAT|O_EXCL|O_TRUNC|O_NOFOLLOW|O_DIRECTORY, 0640) = -1 EINVAL (Invalid argument)`,
  String.raw`openat(7, "", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)`,
  String.raw`write(4, "01234567890123456789012345678901"..., 41) = 41`,
  String.raw`read(3, "01234567890123456789012345678901"..., 64) = 41`,
  String.raw`writev(4, [{iov_base="a\n", iov_len=2}, {iov_base="\"b\\", iov_len=3}], 2) = 5`,
  String.raw`lseek(3, -1, SEEK_END) = -1 ESPIPE (Illegal seek)`,
  String.raw`linkat(AT_FDCWD, "a", 5, "b", AT_SYMLINK_FOLLOW) = -1 ENOENT (No such file or directory)`,
  String.raw`write(99, "", 0) = -1 EBADF (Bad file descriptor)`,
];

Deno.test("--strace shows paths, flags, buffers and errors of calls about files as strace(1) does", async () => {
  const program = await compile(new URL("../conformance/traced.c", import.meta.url), ["-O1", "-w"]);
  const { stderr } = await runGuest([program], { options: ["--strace"], cwd: "/" });
  const lines = stderr.split("\n");
  for (const line of EXPECTED) assert.ok(lines.includes(line), `${line}\nis not in\n${lines.slice(-20).join("\n")}`);
  assert.match(stderr, /^read\(3, 0x[0-9a-f]+, 64\) = -1 EAGAIN \(Resource temporarily unavailable\)$/m);
  assert.match(stderr, /^fcntl\(3, F_DUPFD_CLOEXEC, (0x)?9\) = 9$/m);
});

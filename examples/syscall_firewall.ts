/**
 * Refuse system calls: this program can read files, but it cannot make or remove any.
 *
 *     $ ./ceratops run --env LC_ALL=C --script examples/syscall_firewall.ts touch /tmp/a-file
 *     refused openat
 *     touch: cannot touch '/tmp/a-file': Operation not permitted
 */

import { hookSyscall } from "ceratops";

const EPERM = 1;
const WRITES = 0o3 | 0o100; // O_WRONLY or O_RDWR, O_CREAT

function refuse(name: string): number {
  console.log(`refused ${name}`);
  return -EPERM;
}

hookSyscall(["openat", "open"], {
  onEnter({ name, registers }) {
    const flags = Number(registers[name === "open" ? 1 : 2]);
    if (flags & WRITES) return refuse(name);
  },
});
hookSyscall(/^(creat|rename|link|symlink|unlink|mkdir|rmdir|truncate)(at|at2)?$/, {
  onEnter: ({ name }) => refuse(name),
});

/**
 * Log what a program reads from its standard input.
 *
 *     $ ./ceratops run --script examples/key_logger.ts head -n 2 < examples/guests/shopping.txt
 *     read "milk\nbread\nhello world\n%x\n"
 *     milk
 *     bread
 */

import { guest, hookSyscall } from "ceratops";

const STDIN = 0n;

hookSyscall("read", {
  onLeave({ registers: [fd, buffer], result }) {
    if (fd !== STDIN || Number(result) <= 0) return;
    const text = new TextDecoder().decode(guest().memory.bytes(buffer, Number(result)));
    console.log("read", JSON.stringify(text));
  },
});

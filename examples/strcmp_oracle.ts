/**
 * Read a password where it is compared: strcmp(3) gets both strings.
 *
 *     $ ./ceratops run --script examples/strcmp_oracle.ts examples/guests/vault hello
 *     strcmp("hello", "topaz42") is less
 *     wrong password
 */

import { guest, intercept } from "ceratops";

const ORDER = ["is less", "is equal", "is greater"];

// libc's: the dynamic linker has a strcmp of its own, which compares names of functions.
intercept("libc.so.6:strcmp", {
  onEnter(args, call) {
    call.data = args.slice(0, 2).map((address) => JSON.stringify(guest().memory.cstring(address))).join(", ");
  },
  onLeave(result, call) {
    const sign = Math.sign(Number(BigInt.asIntN(32, result)));
    console.log(`strcmp(${call.data}) ${ORDER[sign + 1]}`);
  },
}, { pending: true });

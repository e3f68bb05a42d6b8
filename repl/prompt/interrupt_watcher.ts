/** The other thread of interruptible.ts: sets the flag that it is sent whenever Ctrl-C is pressed. */

self.addEventListener("message", (event) => {
  const { data: flag } = event as MessageEvent<Int32Array>;
  Deno.addSignalListener("SIGINT", () => void Atomics.store(flag, 0, 1));
}, { once: true });

import assert from "node:assert/strict";
import { compile } from "../../programs/compile.ts";
import { CERATOPS } from "./command.ts";

/** A guest that says which signals it gets, in a loop or waiting. */
const GUEST = `#include <signal.h>
#include <string.h>
#include <unistd.h>
static void got(int signal) { char text[] = "got 00\\n"; text[4] += signal / 10; text[5] += signal % 10; write(1, text, 7); }
int main(int argc, char **argv) {
  int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH };
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], got);
  write(1, "ready\\n", 6);
  for (;;) if (argc > 1) pause();
}`;

/** A guest that runs in the background: its output can be waited for. */
async function start(args: readonly string[]) {
  const program = await compile(GUEST);
  const child = new Deno.Command(CERATOPS[0], {
    args: [...CERATOPS.slice(1), "run", program, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let output = "";
  async function until(text: string) {
    while (!output.includes(text)) {
      const { value, done } = await reader.read();
      assert.ok(!done, `the output ended before ${text}: ${output}`);
      output += value;
    }
  }
  async function end() {
    const stderr = await new Response(child.stderr).text();
    await reader.cancel();
    return { status: (await child.status).code, stderr };
  }
  await until("ready\n");
  return { child, until, end };
}

for (const [what, args] of [["computes", []], ["waits", ["wait"]]] as const) {
  Deno.test(`run passes signals on to a guest that ${what}`, async () => {
    const { child, until, end } = await start(args);
    for (const [name, number] of [["SIGUSR1", "10"], ["SIGWINCH", "28"], ["SIGHUP", "01"], ["SIGINT", "02"]] as const) {
      child.kill(name);
      await until(`got ${number}\n`);
    }
    child.kill("SIGTERM");
    assert.deepEqual(await end(), { status: 128 + 15, stderr: "ceratops: the guest was ended by SIGTERM\n" });
  });

  Deno.test(`run ends a guest that ${what} at a second Ctrl-C at once`, async () => {
    const { child, until, end } = await start(args);
    child.kill("SIGINT");
    await until("got 02\n");
    child.kill("SIGINT");
    assert.deepEqual(await end(), { status: 128 + 2, stderr: "ceratops: interrupted twice: the guest is ended\n" });
  });
}

Deno.test("run starts a guest with the signals ignored that it was started to ignore", async () => {
  const program = await compile(`#include <signal.h>
    int main(void) { struct sigaction a; sigaction(SIGHUP, 0, &a); int h = a.sa_handler == SIG_IGN;
      sigaction(SIGTERM, 0, &a); return h * 2 + (a.sa_handler == SIG_IGN); }`);
  const command = new Deno.Command("sh", {
    args: ["-c", `trap '' HUP; "$0" "$@"`, ...CERATOPS, "run", program],
    stdin: "null",
  });
  assert.equal((await command.output()).code, 2);
});

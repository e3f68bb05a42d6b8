/**
 * Makes the pictures of this folder anew: types at the prompt in a real terminal (tmux), and keeps what is on the screen.
 *
 *     deno task pictures
 */

import { replCommand, Screen } from "../../tests/repl/screen.ts";
import { screenSvg } from "./screen_svg.ts";

const HERE = new URL("./", import.meta.url);
const PROMPT = /\(ceratops\)$/;
/** The interpreter's start takes a tenth of this. */
const LONG_AFTER_START = /^(?:[5-9]\d\d|\d+,\d{3}),\d{3},\d{3} instructions/m;

/** Opens the prompt over a guest, has something typed, and keeps the screen. */
async function record(
  name: string,
  command: readonly [string, ...string[]],
  rows: number,
  type: (screen: Screen) => Promise<void>,
): Promise<void> {
  const terminal = { columns: 96, rows, colours: true };
  await using screen = await Screen.open(replCommand(...command), undefined, terminal);
  await screen.wait(PROMPT);
  await screen.press("C-l"); // The first lines name the folder that this was run in.
  await type(screen);
  const title = `ceratops repl ${command.join(" ")}`;
  await Deno.writeTextFile(new URL(name, HERE), screenSvg(await screen.styled(), { title, columns: terminal.columns }));
  console.log(`Wrote docs/pictures/${name}`);
}

await record("prompt.svg", ["examples/guests/sums", "20"], 36, async (screen) => {
  await screen.ask("break by_recursion if $rdi == 3", /line 14\.\n\(ceratops\)$/);
  await screen.ask("run", /\(rsp\)[^]*\(ceratops\)$/);
  await screen.ask("mem.u64(rsp + 8n)", /\n5n?\n\(ceratops\)$/);
});

await record("live.svg", ["/usr/bin/python3", "tests/guests/sizes.py"], 30, async (screen) => {
  await screen.ask("context off", /off\n\(ceratops\)$/);
  await screen.ask("run &", /run &\n\(ceratops\)$/);
  await screen.type("cov --live");
  await screen.wait(LONG_AFTER_START);
});

/**
 * A sitting at the prompt in a real terminal: a program that runs already is instrumented, looked at while it runs, left
 * alone again, and ended by its own means. `record_tour.ts` puts its screens into docs/prompt.md.
 */

import { replCommand, Screen } from "./screen.ts";

/** The program: see the file. */
export const TOUR_GUEST = "tests/guests/sizes.py";

/** What the screens are called, in their order. */
export const TOUR_SCREENS = ["running", "live", "end"] as const;

/** A screen, and what it is called. */
export interface TourScreen {
  readonly name: typeof TOUR_SCREENS[number];
  readonly text: string;
}

/** The table of sizes with its counts. */
const TABLE = /^ *\d+ {2}\d{3,4}(?:\n *\d+ {2}\d{3,4}){6}/m;

/** Sits through it. @returns The screens, in their order. */
export async function tour(): Promise<TourScreen[]> {
  const screens: TourScreen[] = [];
  await using screen = await Screen.open(replCommand("/usr/bin/python3", TOUR_GUEST), undefined, {
    columns: 96,
    rows: 30,
  });
  const keep = async (name: TourScreen["name"]) => void screens.push({ name, text: await screen.shown() });

  await screen.ask("context off", /context off\n\(ceratops\)$/);
  await screen.ask("run &", /run &\n\(ceratops\)$/);
  // The interpreter is at work once its allocator is called by the loop.
  await screen.ask("const sizes = new Map()", /new Map\(\)\n\(ceratops\)$/);
  await screen.ask(
    'const counting = hook("malloc", ({ rdi }) => sizes.set(Number(rdi), (sizes.get(Number(rdi)) ?? 0) + 1))',
    /\+ 1\)\)\n\(ceratops\)$/,
  );
  await screen.ask("counting.hits", /counting\.hits\n\d+\n\(ceratops\)$/);
  await keep("running");

  // The loop allocates 600 bytes and more, and one: the start of the interpreter hardly ever does.
  await screen.ask("const isInLoop = () => (sizes.get(601) ?? 0) > 10", /> 10\n\(ceratops\)$/);
  for (let answer = "false", tries = 0; answer === "false" && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answered = new RegExp(`\\[ ${tries}, (true|false) \\]\n\\(ceratops\\)$`);
    [, answer] = await screen.ask(`[${tries}, isInLoop()]`, answered);
  }
  await screen.ask("sizes.clear()", /sizes\.clear\(\)\n\(ceratops\)$/);
  await screen.type("live sizes");
  await screen.wait(TABLE);
  await keep("live");
  await screen.press("C-c");
  await screen.wait(/\(ceratops\)$/);
  await screen.ask("counting.detach()", /counting\.detach\(\)\n\(ceratops\)$/);
  await screen.ask("interrupt", /Program interrupted, at [^]*\(ceratops\)$/);
  await screen.ask("signal SIGUSR1", /exited normally\]\n\(ceratops\)$/);
  await keep("end");
  return screens;
}

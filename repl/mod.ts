/**
 * The prompt for programs that use the library: `import { repl } from "ceratops/repl"`. And what lessons need that are
 * files of their own.
 *
 * @module
 */

import type { Emulator } from "../mod.ts";
import { visit } from "./prompt/visit.ts";

export { defineLesson, type Lesson, standsAt, standsIn, type Step } from "./learn/lesson.ts";

/**
 * Opens the prompt over a guest: one that is stopped between two runs, or one that an `async` closure holds.
 *
 * The guest is looked at and changed, and a stopped one can be run; `quit` or the end of the input goes back to the
 * program. The guest is not started anew, and not ended.
 *
 * @param values Put into the prompt's scope by their names.
 */
export async function repl(emulator: Emulator, values: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await visit(emulator, values);
}

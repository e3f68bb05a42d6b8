/** How far a person is: `$XDG_STATE_HOME/ceratops/learn.json`, and transcripts of the lessons beside it. */

import { dirname, join } from "node:path";
import { historyPath } from "../prompt/history.ts";

/** Steps that were reached, by the lesson's name. */
export type Progress = Readonly<Record<string, number>>;

/** Where the state is kept; undefined if the user has no home. */
function folder(): string | undefined {
  const history = historyPath(Deno.env);
  return history === undefined ? undefined : dirname(history);
}

/** Reads the progress; none if there is none yet. */
export function loadProgress(): Progress {
  const at = folder();
  if (at === undefined) return {};
  try {
    const value: unknown = JSON.parse(Deno.readTextFileSync(join(at, "learn.json")));
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, steps]) => Number.isSafeInteger(steps)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Keeps that a step was reached, if it is further than before. */
export function saveProgress(lesson: string, steps: number): void {
  const at = folder();
  if (at === undefined) return;
  const before = loadProgress();
  if ((before[lesson] ?? 0) >= steps) return;
  Deno.mkdirSync(at, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(join(at, "learn.json"), `${JSON.stringify({ ...before, [lesson]: steps }, null, 2)}\n`);
}

/** Where the transcript of a lesson is kept; its folder is made. */
export function transcriptPath(lesson: string): string | undefined {
  const at = folder();
  if (at === undefined) return undefined;
  Deno.mkdirSync(join(at, "lessons"), { recursive: true, mode: 0o700 });
  return join(at, "lessons", `${lesson}.md`);
}

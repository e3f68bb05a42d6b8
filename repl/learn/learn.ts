/** `ceratops learn`: lists the lessons, starts one at the prompt, or exports what was typed in it. */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { suggest } from "../../mod.ts";
import { CommandLineError, STATUS } from "../cli/errors.ts";
import { standardOutput } from "../cli/output.ts";
import { repl } from "../prompt/repl.ts";
import type { Lesson } from "./lesson.ts";
import { LESSONS } from "./lessons/mod.ts";
import { loadProgress, transcriptPath } from "./progress.ts";
import { LessonRun } from "./run_lesson.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Options of `ceratops learn`. */
export interface LearnFlags {
  readonly export?: string | undefined;
}

/**
 * Does it.
 *
 * @returns The exit status.
 * @throws {CommandLineError} If there is no such lesson, or nothing to export.
 */
export async function learn(name: string | undefined, flags: LearnFlags): Promise<number> {
  if (name === undefined) {
    if (flags.export !== undefined) throw new CommandLineError("Cannot export nothing: name a lesson");
    for (const line of listLines()) standardOutput.line(line);
    return 0;
  }
  const lesson = LESSONS.find((each) => each.name === name);
  if (lesson === undefined) {
    const names = LESSONS.map((each) => each.name);
    const [near] = suggest(name, names);
    const advice = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
    throw new CommandLineError(`Cannot start lesson ${name}: there is no such lesson; ${advice}`);
  }
  return flags.export === undefined ? await start(lesson) : exportTranscript(lesson, flags.export);
}

function listLines(): string[] {
  const progress = loadProgress();
  const width = Math.max(...LESSONS.map(({ name }) => name.length));
  const rows = LESSONS.map(({ name, title, steps: { length } }) => {
    const reached = Math.min(progress[name] ?? 0, length);
    const state = reached === length ? "done" : reached === 0 ? "" : `${reached} of ${length}`;
    return `${state.padStart(6)}  ${name.padEnd(width)}  ${title}`;
  });
  return [...rows, "", "ceratops learn LESSON starts one"];
}

async function start(lesson: Lesson): Promise<number> {
  const record = transcriptPath(lesson.name);
  const { program, args = [] } = lesson;
  const name = program.replace(/.*\//, "");
  return await repl({
    // The same in each run, so that what a lesson says about addresses holds.
    emulatorOptions: { program: `${ROOT}${program}`, name, args, deterministic: true, env: { PATH: "/usr/bin:/bin" } },
    greet: (session) => void new LessonRun(lesson, session),
    init: false,
    ...(record === undefined ? {} : { record }),
  });
}

function exportTranscript({ name }: Lesson, to: string): number {
  const from = transcriptPath(name);
  try {
    Deno.copyFileSync(from ?? "", resolve(to));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? "it was not started, or there is no such folder"
      : error.message;
    throw new CommandLineError(`Cannot export lesson ${name} to ${to}: ${why}`, STATUS.failed);
  }
  standardOutput.line(`Wrote ${resolve(to)}`);
  return 0;
}

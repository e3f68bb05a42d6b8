/** `ceratops learn`: lists the lessons, starts one at the prompt, or exports what was typed in it. */

import { basename, resolve } from "node:path";
import { CommandLineError, STATUS } from "../cli/errors.ts";
import { usedPlugins } from "../cli/guest_options.ts";
import { readPluginRequest } from "../cli/options.ts";
import { standardOutput } from "../cli/output.ts";
import { repl, type ReplOptions } from "../prompt/repl.ts";
import { findLesson } from "./find_lesson.ts";
import type { Lesson } from "./lesson.ts";
import { LESSONS } from "./lessons/mod.ts";
import { loadProgress, saveProgress, transcriptPath } from "./progress.ts";
import { LessonRun } from "./run_lesson.ts";

/** Options of `ceratops learn`. */
export interface LearnFlags {
  readonly export?: string | undefined;
  readonly check?: boolean | undefined;
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
    if (flags.check) throw new CommandLineError("Cannot check nothing: name a lesson, or its file");
    for (const line of listLines()) standardOutput.line(line);
    return 0;
  }
  const lesson = await findLesson(name);
  if (flags.check) return await check(lesson);
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
  return await repl({
    ...await optionsFor(lesson),
    greet: (session) => void new LessonRun(lesson, session, (steps) => saveProgress(lesson.name, steps)),
    ...(record === undefined ? {} : { record }),
  });
}

/** What the prompt needs for any run of a lesson. */
async function optionsFor({ program, args = [], plugins = [] }: Lesson): Promise<ReplOptions> {
  // The same in each run, so that what a lesson says about addresses holds.
  const env = { PATH: "/usr/bin:/bin" };
  return {
    emulatorOptions: { program, name: basename(program), args, deterministic: true, env },
    plugins: await usedPlugins(plugins.map(readPluginRequest)),
    init: false,
  };
}

/** Types the solution of each step, and looks whether it is reached with that. */
async function check(lesson: Lesson): Promise<number> {
  const { name, steps } = lesson;
  const lines = steps.flatMap(({ solution }) => solution);
  const printed: string[] = [];
  let reached = 0;
  await repl({
    ...await optionsFor(lesson),
    input: ReadableStream.from([new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""))]),
    output: { write: (text) => void printed.push(text) },
    greet: (session) => void new LessonRun(lesson, session, (steps) => void (reached = steps)),
  });
  if (reached < steps.length) standardOutput.write(printed.join(""));
  standardOutput.line(`${name}: ${reached} of ${steps.length} steps are reached with their solutions`);
  return reached < steps.length ? STATUS.failed : 0;
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

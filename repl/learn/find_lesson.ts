/** Finds lessons: those that come with Ceratops by name, others by the path of their file. */

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { suggest } from "../../mod.ts";
import { CommandLineError } from "../cli/errors.ts";
import { importUserModule } from "../cli/find_plugin.ts";
import type { Lesson } from "./lesson.ts";
import { LESSONS } from "./lessons/mod.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Finds a lesson.
 *
 * @param name A lesson's name, or a file: anything with a slash or the extension `.ts`.
 * @returns The lesson, with the absolute path of its program.
 * @throws {CommandLineError} If there is none, or what the file exports is not a lesson.
 */
export async function findLesson(name: string): Promise<Lesson> {
  if (/\/|\.[cm]?[jt]s$/.test(name)) return await importLesson(resolve(name));
  const lesson = LESSONS.find((each) => each.name === name);
  if (lesson !== undefined) return { ...lesson, program: resolve(ROOT, lesson.program) };
  const names = LESSONS.map((each) => each.name);
  const [near] = suggest(name, names);
  const advice = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
  throw new CommandLineError(`Cannot start lesson ${name}: there is no such lesson; ${advice}`);
}

async function importLesson(path: string): Promise<Lesson> {
  const { default: lesson } = await importUserModule(`start lesson ${path}`, path);
  const fault = faultOf(lesson);
  if (fault !== undefined) throw new CommandLineError(`Cannot start lesson ${path}: ${fault}`);
  const found = lesson as Lesson;
  return { ...found, program: resolve(dirname(path), found.program) };
}

/** What is wrong with a lesson that somebody wrote; undefined if nothing. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) {
    return "it does not export a lesson as its default; write export default defineLesson({ ... })";
  }
  const lesson = value as Partial<Record<keyof Lesson, unknown>>;
  for (const key of ["name", "title", "program", "text"] as const) {
    if (typeof lesson[key] !== "string") return `its ${key} is not a string`;
  }
  if (!/^[\w-]+$/.test(lesson.name as string)) {
    return `its name must be of letters, digits, _ and -, not ${lesson.name}`;
  }
  if (LESSONS.some(({ name }) => name === lesson.name)) return `${lesson.name} is the name of another lesson`;
  if (!Array.isArray(lesson.steps) || lesson.steps.length === 0) return "it has no steps";
  for (const [at, step] of lesson.steps.entries()) {
    const isChecked = typeof step?.isReached === "function" || typeof step?.answer === "function";
    if (!isChecked) return `its step ${at + 1} has neither isReached nor answer`;
    for (const key of ["hints", "solution"] as const) {
      if (!Array.isArray(step[key])) return `its step ${at + 1} has no list of ${key}`;
    }
  }
  return undefined;
}

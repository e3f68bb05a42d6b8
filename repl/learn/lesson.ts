/** What a lesson is: a guest, a text, and steps whose goals Ceratops itself checks. */

import type { Session } from "../session/session.ts";

/** Something to do, or to find out. */
export interface Step {
  /** What the person is asked, in a sentence or two. */
  readonly goal: string;
  /** What helps, a little more each time. */
  readonly hints: readonly string[];
  /** Lines that reach the goal, typed after those of the steps before. */
  readonly solution: readonly string[];
  /** Whether the goal is reached; asked after each input. Without it, `answer` is wanted. */
  isReached?(session: Session): boolean;
  /** The answer to give with `answer`, as Ceratops knows it from the guest. */
  answer?(session: Session): string | bigint | number;
  /** What is worth knowing once it is reached. */
  readonly then: string;
}

/** A lesson. */
export interface Lesson {
  /** What `ceratops learn` takes, and what progress is kept under: letters, digits, `_` and `-`. */
  readonly name: string;
  /** What the list of lessons shows. */
  readonly title: string;
  /** Path of the guest: from the lesson's file, or from the project's folder for those that come with Ceratops. */
  readonly program: string;
  /** The guest's arguments. */
  readonly args?: readonly string[];
  /** Plugins that are in use, as after `--plugin`. */
  readonly plugins?: readonly string[];
  /** What it is about. */
  readonly text: string;
  /** What to do, in order. */
  readonly steps: readonly Step[];
}

/** Checks the types of a lesson in a file of its own, which exports it as its default. @returns The lesson. */
export function defineLesson(lesson: Lesson): Lesson {
  return lesson;
}

/** Whether two answers are the same: as numbers if they are numbers, else but for case. */
export function isSameAnswer(given: string, right: string | bigint | number): boolean {
  const [one, other] = [given, String(right)].map((text) => text.trim());
  const isNumber = (text: string) => /^-?(?:0x[0-9a-f]+|\d+)n?$/i.test(text);
  if (isNumber(one) && isNumber(other)) return BigInt(one.replace(/n$/, "")) === BigInt(other.replace(/n$/, ""));
  return one.replace(/^(["'])(.*)\1$/, "$2").toLowerCase() === other.toLowerCase();
}

/** Whether the guest stands at the first instruction of a function. */
export function standsAt(session: Session, name: string): boolean {
  const { emulator } = session;
  if (emulator.ended !== undefined) return false;
  const symbol = emulator.symbols.at(emulator.cpu.pc);
  return symbol?.name === name && symbol.offset === 0;
}

/** Whether the guest stands in a function. */
export function standsIn(session: Session, name: string): boolean {
  return session.emulator.ended === undefined && session.emulator.symbols.at(session.emulator.cpu.pc)?.name === name;
}

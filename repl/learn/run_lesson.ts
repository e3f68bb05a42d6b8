/** A lesson at the prompt: shows goals, looks after each input whether one is reached, gives hints. */

import { defineCommand } from "../commands/mod.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { prose } from "../views/prose.ts";
import { isSameAnswer, type Lesson, type Step } from "./lesson.ts";

/** How far a lesson is. */
export class LessonRun {
  readonly #lesson: Lesson;
  readonly #session: Session;
  readonly #onReached: (steps: number) => void;
  #step = 0;
  #hint = 0;

  /**
   * Greets the person, and adds the lesson's commands.
   *
   * @param onReached Told how many steps are reached, each time that one is.
   */
  constructor(lesson: Lesson, session: Session, onReached: (steps: number) => void) {
    this.#lesson = lesson;
    this.#session = session;
    this.#onReached = onReached;
    session.onInput = () => this.#look();
    defineCommand("goal", { summary: "Say again what is to be done", run: () => this.#showGoal() });
    defineCommand("hint", { summary: "Help a little more each time", run: () => this.#showHint() });
    defineCommand("answer", {
      usage: "answer VALUE",
      summary: "Answer the lesson's question",
      example: "answer 42",
      run: (text) => this.#answer(text),
    });
    session.out.print([
      session.out.style.bold(lesson.title),
      "",
      ...prose(lesson.text, session.out),
      "",
      ...prose("Type `hint` for help, `goal` to see the goal again, `quit` to leave.", session.out),
    ]);
    this.#showGoal();
  }

  get #current(): Step | undefined {
    return this.#lesson.steps[this.#step];
  }

  #showGoal(): void {
    const { out } = this.#session;
    const step = this.#current;
    if (step === undefined) return out.print("The lesson is over; `quit` leaves");
    const label = `Goal ${this.#step + 1} of ${this.#lesson.steps.length}:`;
    const [first, ...rest] = prose(`${label} ${step.goal.trim()}`, out);
    out.print(["", first.replace(label, out.style.cyan), ...rest]);
  }

  #showHint(): void {
    const step = this.#current;
    if (step === undefined) throw new CommandError("The lesson is over; `quit` leaves");
    const hint = step.hints[this.#hint];
    if (hint === undefined) {
      this.#session.out.print(["This does it:", ...step.solution.map((line) => `  ${line}`)]);
    } else {
      this.#hint++;
      this.#session.out.print(prose(hint, this.#session.out));
    }
  }

  #answer(text: string): void {
    const step = this.#current;
    if (step?.answer === undefined) throw new CommandError("Nothing is asked now; `goal` says what is to be done");
    if (text === "") throw new CommandError("Cannot take nothing as the answer: write `answer VALUE`");
    if (!isSameAnswer(text, step.answer(this.#session))) return this.#session.out.print("That is not it; `hint` helps");
    this.#reach(step);
  }

  #look(): void {
    const step = this.#current;
    if (step?.isReached?.(this.#session)) this.#reach(step);
  }

  #reach(step: Step): void {
    const { out } = this.#session;
    this.#step++;
    this.#hint = 0;
    this.#onReached(this.#step);
    const [first, ...rest] = prose(`Reached. ${step.then.trim()}`, out);
    out.print(["", first.replace("Reached.", out.style.bold), ...rest]);
    if (this.#current !== undefined) return this.#showGoal();
    out.print(["", out.style.bold(`That was the lesson "${this.#lesson.title}".`)]);
    out.print("`quit` leaves; `ceratops learn` lists the others");
  }
}

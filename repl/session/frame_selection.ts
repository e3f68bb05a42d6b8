/** The frame that commands are about: the innermost one after each stop, then what `up`, `down` and `frame` choose. */

import type { DebugValue, Evaluated, SourceFrame } from "../../mod.ts";
import { CommandError } from "./errors.ts";
import type { Session } from "./session.ts";

/** Frames that are looked at. */
const MOST_FRAMES = 1000;

/** The selected frame, and the values that `print` has shown. */
export class FrameSelection {
  readonly #session: Session;
  #level = 0;
  /** Where the frame is that was shown last, and its calls. */
  #noted: readonly unknown[] = [];
  readonly #values: DebugValue[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  /** Notes the call that is active. @returns Whether it is the one that was noted last. */
  note(): boolean {
    const { emulator: { cpu }, control: { hidden } } = this.#session;
    const calls = cpu.activeCalls;
    const shown = [cpu.backtrace(1)[0]?.cfa, ...calls.slice(0, calls.length - hidden).map(({ entry }) => entry)];
    const isSame = shown.length === this.#noted.length && shown.every((each, index) => each === this.#noted[index]);
    this.#noted = shown;
    return isSame;
  }

  /** The number of the selected frame. */
  get level(): number {
    return this.#level;
  }

  /** After a stop: the innermost frame. */
  reset(): void {
    this.#level = 0;
  }

  /** All frames, the innermost first; inlined calls are some. */
  list(limit = MOST_FRAMES): readonly SourceFrame[] {
    const { emulator, control } = this.#session;
    return emulator.cpu.frames(limit, control.hidden);
  }

  /** The selected frame; undefined once the guest has ended. */
  get current(): SourceFrame | undefined {
    const { emulator } = this.#session;
    if (emulator.ended !== undefined) return undefined;
    // Its callers are needed too: they know of its arguments.
    return this.list(this.#level + 3)[this.#level];
  }

  /** Selects a frame. @throws {CommandError} If there is none of the number. */
  select(level: number): SourceFrame {
    this.#session.requireAlive();
    const frames = this.list();
    if (level < 0) throw new CommandError("Bottom (innermost) frame selected; you can't go down.");
    if (level >= frames.length) {
      throw new CommandError(
        level === this.#level + 1
          ? "Initial frame selected; you can't go up."
          : `No frame at level ${level}: the outermost one is ${frames.length - 1}`,
      );
    }
    this.#level = level;
    return frames[level];
  }

  /** Keeps a value that was shown. @returns Its number: `$1`. */
  keep(value: DebugValue): number {
    return this.#values.push(value);
  }

  /** Evaluates an expression of C in the selected frame. @throws As `cpu.interpret`. */
  interpret(text: string): Evaluated {
    return this.#session.emulator.cpu.interpret(text, this.current, (name) => this.#kept(name));
  }

  /** Evaluates an expression of C that may call functions of the guest. @throws As `emulator.interpret`. */
  async interpretWithCalls(text: string): Promise<Evaluated> {
    return await this.#session.emulator.interpret(text, this.current, (name) => this.#kept(name));
  }

  #kept(name: string): DebugValue | undefined {
    if (name === "" || name === "$") return this.#values.at(name === "" ? -1 : -2);
    return /^\d+$/.test(name) ? this.#values[Number(name) - 1] : undefined;
  }
}

/** Which parts are shown after a stop, in which order, and how long each is. */

import { CommandError } from "./errors.ts";

/** The parts there are. */
export const CONTEXT_SECTIONS = ["regs", "source", "code", "stack", "frames"] as const;
/** A part. */
export type ContextSection = typeof CONTEXT_SECTIONS[number];

/** A part by its name or the beginning of it. @throws {CommandError} If there is none such. */
export function sectionOf(text: string): ContextSection {
  const found = CONTEXT_SECTIONS.find((name) => name === text || text.length > 1 && name.startsWith(text)) ??
    (text === "registers" ? "regs" : text === "backtrace" ? "frames" : undefined);
  if (found !== undefined) return found;
  throw new CommandError(`The context has no ${text}: it has ${CONTEXT_SECTIONS.join(", ")}`);
}

/** What is wanted. */
export class ContextLayout {
  /** The parts, in their order. */
  sections: readonly ContextSection[] = ["regs", "code", "stack"];
  /** How many lines each has; registers take what they need. */
  readonly lines: Record<ContextSection, number> = { regs: 0, source: 7, code: 5, stack: 4, frames: 5 };
}

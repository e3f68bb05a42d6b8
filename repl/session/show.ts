/** Shows values of the user's expressions. */

import { valueLines } from "../views/value.ts";
import { Attachment } from "./attachment.ts";
import type { Session } from "./session.ts";

/** Lines for a value; none for undefined. */
export function shownValue(session: Session, value: unknown): string[] {
  const { out } = session;
  if (value instanceof Attachment) {
    const { addresses: { length }, isPending, title, where, hits } = value;
    const places = isPending ? "pending, " : length === 0 ? "" : length === 1 ? "1 place, " : `${length} places, `;
    return [`${title} at ${where}: ${places}${hits} hits`];
  }
  const inspect = (what: unknown) =>
    Deno.inspect(what, { colors: out.style.bold("") !== "", depth: 2, getters: false });
  return valueLines(value, session.describe, inspect);
}

/** Prints a value; nothing for undefined. */
export function showValue(session: Session, value: unknown): void {
  session.out.print(shownValue(session, value));
}

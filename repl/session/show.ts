/** Shows values of the user's expressions. */

import { valueLines } from "../views/value.ts";
import { Attachment } from "./attachment.ts";
import type { Session } from "./session.ts";

/** Prints a value; nothing for undefined. */
export function showValue(session: Session, value: unknown): void {
  const { out } = session;
  if (value instanceof Attachment) {
    const places = value.addresses.length === 1 ? "1 place" : `${value.addresses.length} places`;
    const state = value.isPending ? "pending" : places;
    out.print(
      `${
        value.kind === "hook" ? "Hook" : "Breakpoint"
      } ${value.number} at ${value.where}: ${state}, ${value.hits} hits`,
    );
    return;
  }
  const inspect = (what: unknown) =>
    Deno.inspect(what, { colors: out.style.bold("") !== "", depth: 2, getters: false });
  out.print(valueLines(value, session.describe, inspect));
}

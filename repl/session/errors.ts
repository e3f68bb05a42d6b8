/** What a command could not do, for people: the message says what to do instead. */

/** An error whose message is all that is shown. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** The names nearest to a misspelt one, as a clause; empty if none is near. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? "" : `; did you mean ${names.map((name) => `\`${name}\``).join(" or ")}?`;
}

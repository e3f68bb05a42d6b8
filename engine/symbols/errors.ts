/** The errors of looking up names. */

/** A name that no symbol of the images mapped now has. */
export class UnknownSymbolError extends Error {
  /** `UnknownSymbolError`. */
  override readonly name = "UnknownSymbolError";
  /** The name that was asked for. */
  readonly symbol: string;
  /** Names that it may be a misspelling of, the likeliest first. */
  readonly suggestions: readonly string[];

  /**
   * Puts the message together.
   *
   * @param symbol The name that was asked for.
   * @param suggestions Names that it may be a misspelling of.
   * @param image Name of the image it was looked for in, if it was not all of them.
   */
  constructor(symbol: string, suggestions: readonly string[], image?: string) {
    super(`No symbol is named \`${symbol}\` in ${image ?? "the images mapped now"}${hint(suggestions)}`);
    this.symbol = symbol;
    this.suggestions = suggestions;
  }
}

/** A name that no image mapped now has. */
export class UnknownImageError extends Error {
  /** `UnknownImageError`. */
  override readonly name = "UnknownImageError";
  /** The name that was asked for. */
  readonly image: string;
  /** Names that it may be a misspelling of, the likeliest first. */
  readonly suggestions: readonly string[];

  /**
   * Puts the message together.
   *
   * @param image The name that was asked for.
   * @param suggestions Names that it may be a misspelling of.
   */
  constructor(image: string, suggestions: readonly string[]) {
    super(`No image mapped now is named \`${image}\`${hint(suggestions)}`);
    this.image = image;
    this.suggestions = suggestions;
  }
}

function hint(suggestions: readonly string[]): string {
  if (suggestions.length === 0) return "";
  const quoted = suggestions.map((name) => `\`${name}\``);
  const last = quoted.pop();
  return `; did you mean ${quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`}?`;
}

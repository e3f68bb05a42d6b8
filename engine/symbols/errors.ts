/** The errors of looking up names. */

/** A name that no symbol of the images mapped now has. */
export class UnknownSymbolError extends Error {
  /** `UnknownSymbolError`, or the name of its subclass. */
  override readonly name: string = "UnknownSymbolError";
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

/** A source line that the debug information of the images mapped now does not have. */
export class UnknownLineError extends UnknownSymbolError {
  /** `UnknownLineError`. */
  override readonly name = "UnknownLineError";
  /** The source file that was asked for. */
  readonly file: string;
  /** The line that was asked for. */
  readonly line: number;

  /**
   * Puts the message together.
   *
   * @param file The file that was asked for.
   * @param line The line that was asked for.
   * @param lastLine The last line of the file with code; undefined if no such file is known.
   * @param suggestions Names of files that it may be a misspelling of.
   */
  constructor(file: string, line: number, lastLine: number | undefined, suggestions: readonly string[]) {
    super(`${file}:${line}`, suggestions);
    this.file = file;
    this.line = line;
    this.message = lastLine === undefined
      ? `No source file is named \`${file}\` in the debug information of the images mapped now${hint(suggestions)}`
      : `No code comes from line ${line} of ${file} or after: its last line with code is ${lastLine}`;
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

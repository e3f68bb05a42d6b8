/** Words of a line as a shell has them: quotes group, a backslash takes the next character as it is. */

/** Splits a text. @throws {SyntaxError} If a quote is not closed. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\\" && quote !== "'") word = (word ?? "") + (text[++at] ?? "");
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") throw new SyntaxError(`Cannot read the arguments: a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

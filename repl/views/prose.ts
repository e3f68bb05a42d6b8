/** Text for people, in lines that fit into a terminal. Leaves out wide characters. */

/** Where it is shown. */
export interface Place {
  readonly isTerminal: boolean;
  /** Columns. */
  readonly width: number;
}

const NARROWEST = 20;
/** A word, or code with its spaces and what follows it. */
const WORD = /[^\s`]*`[^`]*`\S*|\S+/g;

/**
 * Lines of a text. On a terminal, the lines of each paragraph are filled anew; one with an indented line stays as it is.
 * Elsewhere lines stay as they were written.
 */
export function prose(text: string, { isTerminal, width }: Place): string[] {
  if (!isTerminal) return text.trim().split("\n");
  const paragraphs = text.trim().split(/\n{2,}/);
  return paragraphs.flatMap((paragraph, at) => [
    ...(at === 0 ? [] : [""]),
    ...(/^\s/m.test(paragraph) ? paragraph.split("\n") : filled(paragraph, Math.max(NARROWEST, width))),
  ]);
}

function filled(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of paragraph.match(WORD) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

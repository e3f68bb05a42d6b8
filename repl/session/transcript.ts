/**
 * The text of a transcript: inputs behind the prompt, their further lines behind `... `, and outputs. A Markdown file
 * has the same in a block. Pure.
 */

const PROMPT = "(ceratops) ";
const MORE = "... ";

/** Something typed, and what it printed. */
export interface Exchange {
  readonly input: string;
  readonly output: readonly string[];
  /** Line of the file, counted from 1. */
  readonly line: number;
}

/** An input as a terminal shows it. */
export function inputLines(text: string): string[] {
  return text.split("\n").map((line, index) => (index === 0 ? PROMPT : MORE) + line);
}

function isMarkdown(path: string): boolean {
  return /\.(?:md|markdown)$/i.test(path);
}

/** What a transcript begins with. */
export function fenceStart(path: string, title: string): string[] {
  return isMarkdown(path) ? [`# ${title}`, "", "```console"] : [];
}

/** What it ends with. */
export function fenceEnd(path: string): string[] {
  return isMarkdown(path) ? ["```"] : [];
}

/**
 * Reads a transcript.
 *
 * @param isIncomplete Whether an input goes on on the next line.
 */
export function readTranscript(text: string, isIncomplete: (input: string) => boolean): Exchange[] {
  const exchanges: { input: string; output: string[]; line: number }[] = [];
  text.split("\n").forEach((line, index) => {
    const last = exchanges.at(-1);
    if (line.startsWith(PROMPT)) exchanges.push({ input: line.slice(PROMPT.length), output: [], line: index + 1 });
    else if (last === undefined) return;
    else if (line.startsWith(MORE) && last.output.length === 0 && isIncomplete(last.input)) {
      last.input += `\n${line.slice(MORE.length)}`;
    } else last.output.push(line);
  });
  const last = exchanges.at(-1);
  while (last !== undefined && ["", "```"].includes(last.output.at(-1) ?? "-")) last.output.pop();
  return exchanges;
}

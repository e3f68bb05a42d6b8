/**
 * Whether what was typed goes on on the next line, and whether it is TypeScript or a command.
 *
 * A scanner over brackets, strings, templates and comments. Leaves out the grammar: whether a `/` begins a regular
 * expression is told from the character before it.
 */

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** At the end of a line, these want a right-hand side. */
const WANTS_MORE = /(?:=>|[=+\-*/%&|^<>?:,.!~]|\b(?:await|return|typeof|new|extends|of|in|else|instanceof))\s*$/;
const POSTFIX = /(?:\+\+|--|[\w)\]]!)\s*$/;

/** Whether a text of TypeScript lacks its end: an open bracket, template or comment, or a right-hand side. */
export function isIncomplete(text: string): boolean {
  const open: string[] = [];
  let code = "";
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    const inTemplate = open.at(-1) === "`";
    if (inTemplate) {
      if (character === "\\") at++;
      else if (character === "`") open.pop();
      else if (character === "$" && text[at + 1] === "{") {
        open.push("}");
        at++;
      }
      at++;
      continue;
    }
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
      continue;
    }
    if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      if (end < 0) return true;
      at = end + 2;
      continue;
    }
    if (character === "'" || character === '"') {
      at = endOfQuoted(text, at, character);
      code += "0";
      continue;
    }
    if (character === "/" && beginsRegExp(code)) {
      at = endOfRegExp(text, at);
      code += "0";
      continue;
    }
    if (character === "`") open.push("`");
    else if (character in CLOSING) open.push(CLOSING[character]);
    else if (character === open.at(-1)) open.pop();
    code += character === "`" ? "0" : character;
    at++;
  }
  return open.length > 0 || WANTS_MORE.test(code) && !POSTFIX.test(code);
}

/** A string in quotes ends at its line's end at the latest: then it is an error, and more lines do not help. */
function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === "\n") return at;
  }
  return text.length;
}

function beginsRegExp(before: string): boolean {
  const text = before.trimEnd();
  return text === "" || /[(,=:[!&|?{};+\-*%~^<>]$/.test(text) || /\b(?:return|typeof|await|in|of)$/.test(text);
}

function endOfRegExp(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    else if (text[at] === "/" && !inClass) return at + 1;
    else if (text[at] === "\n") return at;
  }
  return text.length;
}

/** A line taken apart as a command. */
export interface CommandLine {
  readonly word: string;
  /** What follows: `/8gx $rsp`, `main if $rdi == 5`. */
  readonly rest: string;
}

const COMMAND = /^\s*([a-z]+)(?=$|[\s/])(.*)$/is;
/** What follows a name in an expression or assignment, but not a command's name. */
const GOES_ON = /^(?:=|\?\.|\?\?|[+\-*%&|^]=|(?:\+\+|--);?\s*$|&&|\|\||instanceof\b|in\b|as\b)/;

/**
 * Takes a line apart as a command, if it can be one: a word, then nothing, a blank or a slash. `x = 5`, `step(3)` and
 * `run.length` are TypeScript, and so is everything in parentheses.
 */
export function readCommand(line: string): CommandLine | undefined {
  const match = COMMAND.exec(line);
  if (match === null) return undefined;
  // A line break at the start is kept: it tells what is below the command from what is beside it.
  const rest = match[2].replace(/^[ \t]+/, "").trimEnd();
  return GOES_ON.test(rest) ? undefined : { word: match[1], rest };
}

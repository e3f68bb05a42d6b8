/**
 * Set expressions over coverages: `A & B`, `A | B`, `A - B`, with parentheses; `&` binds tighter than the others.
 *
 * An operator stands between spaces, since names of files may hold them all. Leaves out reading the files.
 */

import { addCoverage, commonCoverage, type CoverageData, coverageWithout } from "./coverage_data.ts";

/** An expression that is not well-formed. */
export class CoverageExpressionError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CoverageExpressionError";
}

/**
 * Evaluates an expression.
 *
 * @param text Names with operators between them.
 * @param read Gives the coverage of a name.
 * @throws {CoverageExpressionError} If something is missing or too much.
 * @throws {CoverageMismatchError} If different builds of a file were run.
 */
export function evaluateCoverage(text: string, read: (name: string) => CoverageData): CoverageData {
  const words = text.match(/[()]|"[^"]*"|'[^']*'|[^\s()]+/g) ?? [];
  let at = 0;
  const fail = (problem: string): never => {
    throw new CoverageExpressionError(`Cannot evaluate ${text.trim() || "nothing"}: ${problem}`);
  };

  function operand(): CoverageData {
    const word = words[at++];
    if (word === undefined) return fail("a file is missing at its end; write it as A & B, A | B, A - B");
    if (word === "(") {
      const inner = sum();
      if (words[at++] !== ")") return fail("a parenthesis is not closed");
      return inner;
    }
    if (/^[)&|-]$/.test(word)) return fail(`a file is missing before ${word}`);
    return read(word.replace(/^(["'])(.*)\1$/, "$2"));
  }

  function product(): CoverageData {
    let value = operand();
    while (words[at] === "&") {
      at++;
      value = commonCoverage(value, operand());
    }
    return value;
  }

  function sum(): CoverageData {
    let value = product();
    for (let word = words[at]; word === "|" || word === "-"; word = words[at]) {
      at++;
      value = word === "|" ? addCoverage(value, product()) : coverageWithout(value, product());
    }
    return value;
  }

  const value = sum();
  if (at < words.length) return fail(`an operator is missing before ${words[at]}`);
  return value;
}

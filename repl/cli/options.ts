/** Reads the values of options: `--plugin NAME,key=value`, `--env K=V`. Leaves out what plugins make of theirs. */

import { CommandLineError } from "./errors.ts";

/** A plugin that was asked for. */
export interface PluginRequest {
  /** A plugin's name, or the path of a file. */
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Reads `NAME[,key=value...]`; a key alone means `key=true`. What has no `=` and follows a `key=value` is more of that
 * value, so that `within=main,helper` is one parameter.
 *
 * @throws {CommandLineError} If the name is missing, or something is not `key=value`.
 */
export function readPluginRequest(text: string): PluginRequest {
  const [name, ...parts] = text.split(",");
  if (name === "") throw new CommandLineError(`Cannot use plugin ${text}: its name is missing`);
  const params: Record<string, string> = {};
  let open: string | undefined;
  for (const part of parts) {
    const pair = /^([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(part);
    if (open !== undefined && pair?.[2] === undefined) params[open] += `,${part}`;
    else if (pair === null) {
      throw new CommandLineError(`Cannot use plugin ${name}: ${part || "nothing"} is not key=value`);
    } else {
      params[pair[1]] = pair[2] ?? "true";
      open = pair[2] === undefined ? undefined : pair[1];
    }
  }
  return { name, params };
}

/** Adds to the plugins asked for before; for commander. */
export function addPlugin(text: string, before: readonly PluginRequest[]): readonly PluginRequest[] {
  return [...before, readPluginRequest(text)];
}

/** Adds to the texts given before; for commander. */
export function addText(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/**
 * Adds `K=V` to the variables given before; for commander.
 *
 * @throws {CommandLineError} If there is no `=`, or nothing before it.
 */
export function addVariable(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at <= 0) throw new CommandLineError(`Cannot set ${text}: write it as NAME=VALUE`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/**
 * Reads a count.
 *
 * @throws {CommandLineError} If the text is not a whole number above 0.
 */
export function readCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new CommandLineError(`Cannot show ${text} instructions: that is not a whole number above 0`);
}

/**
 * Reads a seed of random numbers.
 *
 * @throws {CommandLineError} If the text is not a whole number from 0 on.
 */
export function readSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new CommandLineError(`Cannot use ${text} as a seed: that is not a whole number from 0 on`);
}

/**
 * Adds to the mappings given before; for commander.
 *
 * @throws {CommandLineError} If it is not `FROM=TO`.
 */
export function addMapping(text: string, before: readonly string[]): readonly string[] {
  if (/^[^=]+=./.test(text)) return [...before, text];
  throw new CommandLineError(`Cannot map sources by ${text}: write it as FROM=TO`);
}

/**
 * Reads a percentage.
 *
 * @throws {CommandLineError} If the text is not a number from 0 to 100.
 */
export function readPercentage(text: string): number {
  const percent = Number(text);
  if (text.trim() !== "" && percent >= 0 && percent <= 100) return percent;
  throw new CommandLineError(`Cannot use --fail-under ${text}: it is not a percentage, from 0 to 100`);
}

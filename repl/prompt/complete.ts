/** What the tab key offers: commands, what a command takes, symbols, registers, names in scope, properties. */

import type { Command } from "../commands/command.ts";
import { allCommands, commandOf } from "../commands/mod.ts";
import { ORDER } from "../views/registers.ts";
import type { Session } from "../session/session.ts";

const MOST = 200;
const REGISTERS = [...ORDER, "pc", "sp"];

/** What the word being typed may become. */
export interface Completion {
  readonly candidates: readonly string[];
  /** The part of the line that a candidate replaces. */
  readonly replaced: string;
  /** How what is being typed is used: a command's usage, a function's parameters. */
  readonly hint?: string;
}

const NOTHING: Completion = { candidates: [], replaced: "" };

function symbolsFrom(session: Session, word: string): string[] {
  if (/[*?[\]/]/.test(word)) return [];
  const [image, name] = /^(.*?[^:]):(?!:)(.*)$/.exec(word)?.slice(1) ?? [undefined, word];
  const kinds = ["function", "object"] as const;
  const pattern = `${image === undefined ? "" : `${image}:`}${name}*`;
  try {
    const names = session.emulator.symbols.matching(pattern, { kinds }).map((each) => each.name);
    return [...new Set(names)].map((each) => image === undefined ? each : `${image}:${each}`);
  } catch (error) {
    if (error instanceof Error && error.name === "UnknownImageError") return [];
    throw error;
  }
}

/** Names of an object's properties, its own and inherited. */
function propertiesOf(value: unknown): string[] {
  const names = new Set<string>();
  const boxed = value === null || value === undefined ? undefined : Object(value);
  for (let at = boxed; at !== null && at !== undefined && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (/^[A-Za-z_$][\w$]*$/.test(name)) names.add(name);
  }
  names.delete("constructor");
  return [...names];
}

/** The object before the last dot, of names and dots alone: nothing is called. */
function objectAt(path: string): unknown {
  let value: unknown = globalThis;
  for (const name of path.split(".")) {
    if (value === null || value === undefined) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function matching(candidates: readonly string[], word: string): Completion {
  return { candidates: candidates.filter((each) => each.startsWith(word)).sort().slice(0, MOST), replaced: word };
}

function completeCommand(session: Session, command: Command, word: string): Completion {
  if (word.startsWith("$")) return matching(REGISTERS.map((name) => `$${name}`), word);
  if (command.complete !== undefined) return matching(command.complete(session, word), word);
  const bare = /[^\s*&(+-]*$/.exec(word)?.[0] ?? "";
  return matching(symbolsFrom(session, bare), bare);
}

/** A function that is called with nothing typed of this argument yet. */
const CALL = /([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\((?:[^()"'`]*,)?\s*$/;

/** `hook(where, handler, options)`: a function's parameters, from its text. */
function signatureOf(path: string): string | undefined {
  const value = objectAt(path);
  if (typeof value !== "function") return undefined;
  const text = Function.prototype.toString.call(value);
  const parameters = /^(?:async\s+)?(?:function\s*)?[\w$]*\s*\(([\s\S]*?)\)\s*(?:=>|\{)/.exec(text)?.[1];
  const bare = parameters?.replaceAll(/\s+/g, " ").trim();
  return bare === undefined ? undefined : `${path}(${bare})`;
}

/** Completes a line up to the cursor. */
export function complete(session: Session, line: string): Completion {
  const first = /^\s*(\w*)$/.exec(line);
  if (first !== null) {
    const names = allCommands().map(({ name }) => `${name} `);
    return matching([...names, ...scopeNames()], first[1]);
  }
  const command = commandOf(/^\s*([a-z]+)[\s/]/.exec(line)?.[1] ?? "");
  const word = /[^\s]*$/.exec(line)?.[0] ?? "";
  if (command !== undefined) return { ...completeCommand(session, command, word), hint: command.usage };
  const called = CALL.exec(line);
  if (called !== null && signatureOf(called[1]) !== undefined) {
    return { ...NOTHING, hint: signatureOf(called[1]) ?? "" };
  }
  const quoted = /(?:hook|break_|find|image)\(\s*["'`]([^"'`]*)$/.exec(line);
  if (quoted !== null) return matching(symbolsFrom(session, quoted[1]), quoted[1]);
  const path = /([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)?\.([\w$]*)$/.exec(line);
  if (path !== null) return path[1] === undefined ? NOTHING : matching(propertiesOf(objectAt(path[1])), path[2]);
  const name = /[\w$]*$/.exec(line)?.[0] ?? "";
  return name === "" ? NOTHING : matching(scopeNames(), name);
}

function scopeNames(): string[] {
  return Object.getOwnPropertyNames(globalThis).filter((name) => /^[a-z_$][\w$]*$/.test(name));
}

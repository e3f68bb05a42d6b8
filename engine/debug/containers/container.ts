/**
 * What the standard libraries' containers hold, instead of how: a text, elements, keys and values, what a pointer owns.
 *
 * As gdb's pretty-printers of libstdc++ and Rust show it. A view is made from a value's type and fields; of a library that
 * lays its containers out otherwise there is none, and the fields are shown.
 */

import type { DebugValue } from "../value.ts";

/** What a container holds. */
export interface Container {
  /** What is before what it holds: `std::vector of length 3, capacity 4`; undefined for a text and an iterator. */
  readonly title: string | undefined;
  /** A text: its characters, and the quotes' prefix. */
  readonly text?: ContainerText;
  /** Elements without names, as of a vector. */
  readonly elements?: () => Iterable<DebugValue>;
  /** Keys and values. */
  readonly pairs?: () => Iterable<readonly [key: DebugValue, value: DebugValue]>;
  /** Values with names. */
  readonly fields?: () => Iterable<readonly [name: string, value: DebugValue]>;
  /** An element by its number, from 0. */
  readonly at?: (index: number) => DebugValue;
  /** What `*` and `->` go to. */
  readonly pointee?: () => DebugValue;
  /** What it is shown as, and nothing around it: an iterator is as what it is at. */
  readonly same?: DebugValue;
  /** Its only value, as JavaScript has it; undefined if it is empty. */
  readonly inner?: () => DebugValue | undefined;
}

/** Characters of a text. */
export interface ContainerText {
  /** Where the first is: a pointer. */
  readonly start: DebugValue;
  /** How many. */
  readonly length: number;
}

/** Elements that are visited at most: a corrupt container may seem endless. */
export const MOST_ELEMENTS = 1 << 20;

/** `1 element`, `2 elements`. */
export function countText(count: number): string {
  return `${count} element${count === 1 ? "" : "s"}`;
}

/** A field inside fields. @throws {DebugValueError} If there is none. */
export function fieldOf(value: DebugValue, ...names: readonly string[]): DebugValue {
  return names.reduce((at, name) => at.field(name), value);
}

/** The number in a field inside fields. @throws {DebugValueError} If there is none. */
export function countOf(value: DebugValue, ...names: readonly string[]): number {
  return Number(fieldOf(value, ...names).integer);
}

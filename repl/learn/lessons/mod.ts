/** All lessons, in the order to take them. */

import type { Lesson } from "../lesson.ts";
import { cache } from "./cache.ts";
import { call } from "./call.ts";
import { instruction } from "./instruction.ts";
import { loop } from "./loop.ts";
import { malloc } from "./malloc.ts";
import { password } from "./password.ts";
import { patch } from "./patch.ts";
import { plugin } from "./plugin.ts";
import { race } from "./race.ts";
import { stack } from "./stack.ts";
import { syscalls } from "./syscalls.ts";

/** The lessons. */
export const LESSONS: readonly Lesson[] = [
  ...[instruction, stack, call, loop, syscalls, malloc, password, patch, plugin, cache, race],
];

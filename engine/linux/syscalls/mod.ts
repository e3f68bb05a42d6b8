/** All rows of the system call table. */

import type { Syscall } from "../syscall.ts";
import * as basic from "./basic.ts";

/** The table. */
export const SYSCALLS: readonly Syscall[] = [...Object.values(basic)];

/** The page that says which system calls guests have, made from the table: docs/syscalls.md. */

import { SYSCALL_NUMBERS } from "./abi/numbers.ts";
import type { SupportLevel } from "./syscall.ts";
import { SYSCALLS } from "./syscalls/mod.ts";

const MEANING: Readonly<Record<SupportLevel, string>> = {
  full: "does what the manual page says",
  partial: "does it with the exception that is noted",
  refused: "fails as noted, as on a Linux where it is not permitted or not built in",
};

/** The page in Markdown. */
export function compatibilityPage(): string {
  const rows = [...SYSCALLS].sort((a, b) => SYSCALL_NUMBERS[a.name] - SYSCALL_NUMBERS[b.name]);
  const known = new Set(rows.map(({ name }) => name));
  const missing = Object.keys(SYSCALL_NUMBERS).filter((name) => !known.has(name));
  const levels = Object.entries(MEANING).map(([level, meaning]) => {
    const count = rows.filter((row) => row.level === level).length;
    return `| ${level} | ${count} | ${meaning} |`;
  });
  return `# System calls

Which of the x86-64 system calls guests have. This page is made from the table in \`engine/linux/syscalls/\` by
\`deno task syscalls\`; a test holds it to that.

| Level | Calls | Meaning |
|---|---|---|
${levels.join("\n")}
| none | ${missing.length} | fails with ENOSYS, and a warning says so: ${
    missing.map((name) => `\`${name}\``).join(", ")
  } |

| Number | Call | Level | Note |
|---|---|---|---|
${
    rows.map(({ name, level, note }) => `| ${SYSCALL_NUMBERS[name]} | \`${name}\` | ${level} | ${note ?? ""} |`).join(
      "\n",
    )
  }
`;
}

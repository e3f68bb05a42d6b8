/**
 * Patterns for names: `*` for any text, `?` for one character, `[a-z]` and `[!a-z]` for one of a set, as in a shell.
 *
 * Leaves out braces, and escapes: no symbol has a backslash in its name.
 */

/**
 * Makes a regular expression of a pattern.
 *
 * @param pattern The pattern, for the whole of a name.
 * @returns The regular expression.
 */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(
    /\[(!?)([^\]]+)\]|[\s\S]/gu,
    (part, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replace(/[\\\[\]^]/g, "\\$&")}]`;
      if (part === "*") return ".*";
      if (part === "?") return ".";
      return part.replace(/[\\^$.*+?()[\]{}|\/-]/, "\\$&");
    },
  );
  return new RegExp(`^${source}$`, "su");
}

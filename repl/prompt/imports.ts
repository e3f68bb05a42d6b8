/**
 * Static imports, which a script at the prompt cannot have, as dynamic ones: `import { a as b } from "x"` becomes
 * `const { a: b } = await import("x")`. Lines keep their numbers.
 */

const IMPORT = /^([ \t]*)import\s+(?:([^"';]*?)\s+from\s+)?(["'])([^"']+)\3[ \t]*;?/gm;

function bindings(clause: string): string[] {
  const patterns: string[] = [];
  const named = /\{([\s\S]*)\}/.exec(clause);
  const rest = clause.replace(/\{[\s\S]*\}/, "").split(",").map((part) => part.trim()).filter((part) => part !== "");
  const parts = named === null ? [] : named[1].replaceAll(/\s+as\s+/g, ": ").split(",");
  for (const name of rest) {
    const whole = /^\*\s+as\s+(\S+)$/.exec(name);
    if (whole !== null) patterns.push(whole[1]);
    else parts.unshift(` default: ${name}`);
  }
  return parts.length === 0 ? patterns : [...patterns, `{${parts.join(",")}}`];
}

/** Rewrites the static imports of a text without types. @param resolve Makes an address of a specifier. */
export function rewriteImports(text: string, resolve: (specifier: string) => string): string {
  return text.replaceAll(IMPORT, (_whole, indent: string, clause: string | undefined, _quote, specifier: string) => {
    const load = `await import(${JSON.stringify(resolve(specifier))})`;
    const patterns = clause === undefined ? [] : bindings(clause);
    if (patterns.length === 0) return `${indent}${load};`;
    return patterns.map((pattern) => `${indent}const ${pattern} = ${load};`).join(" ");
  });
}

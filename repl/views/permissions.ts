/** Permissions in words: what a guest wants, and what it was not allowed. */

import type { PermissionKind, PermissionRequest } from "../../mod.ts";

const VERBS: Readonly<Record<PermissionKind, string>> = {
  read: "see",
  write: "write",
  net: "reach",
  run: "run",
};

/** A text from the guest, safe to show on a terminal. */
export function plainText(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** What a guest wants, in words: `write /tmp/file`. */
export function describeRequest({ kind, what }: PermissionRequest): string {
  return `${VERBS[kind]} ${plainText(what)}`;
}

/** One line about all that was denied, with the options that would have allowed it; undefined if nothing was. */
export function deniedLine(denied: readonly PermissionRequest[]): string | undefined {
  if (denied.length === 0) return undefined;
  const kinds = [...new Set(denied.map(({ kind }) => kind))];
  const parts = kinds.map((kind) => {
    const all = denied.filter((each) => each.kind === kind);
    return describeRequest(all[0]) + (all.length === 1 ? "" : ` and ${all.length - 1} more`);
  });
  const options = kinds.filter((kind) => kind !== "read").map((kind) => `--allow-${kind}`);
  const remedy = options.length === 0 ? "--deny-read forbids it" : `${options.join(" ")} would allow it`;
  return `the guest was not allowed to ${parts.join(", ")}; ${remedy}`;
}

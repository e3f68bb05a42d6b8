/**
 * Reads apt's own configuration of where packages come from, in both formats of sources.list(5).
 *
 * Left out: options other than Signed-By and Enabled, keys written into the file itself (apt's trusted keyrings then
 * serve), and apt.conf's moved paths.
 */

/** One place that packages come from. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Paths of keyrings. */
  readonly signedBy: readonly string[];
}

/** Parses a one-line-style file (`*.list`); only enabled entries for binary packages are returned. */
export function parseSourcesList(text: string): readonly AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options = "", uri, suite, components] = match;
    const signedBy = words(options).find((option) => option.startsWith("signed-by="))?.slice("signed-by=".length);
    sources.push({
      uris: [uri],
      suites: [suite],
      components: words(components),
      signedBy: keyrings(signedBy?.split(",") ?? []),
    });
  }
  return sources;
}

/** Parses a deb822-style file (`*.sources`); only enabled entries for binary packages are returned. */
export function parseSources(text: string): readonly AptSource[] {
  return text.replace(/^#.*\n?/gm, "").split(/\n\s*\n/).map(fields).filter(isEnabled).map((stanza) => ({
    uris: words(stanza.get("uris")),
    suites: words(stanza.get("suites")),
    components: words(stanza.get("components")),
    signedBy: keyrings(words(stanza.get("signed-by"))),
  }));
}

/**
 * The sources that are a distribution's own archive: component `main`, a suite among those given, and not the archive of
 * security updates.
 *
 * @param suites Code name and aliases of the release: "bookworm", "oldstable".
 */
export function archiveSources(sources: readonly AptSource[], suites: readonly string[]): readonly AptSource[] {
  return sources.filter((source) =>
    source.components.includes("main") && source.suites.some((suite) => suites.includes(suite)) &&
    source.uris.every((uri) => !/security|^cdrom:/.test(uri))
  );
}

/** Writes one entry in the one-line style, in which the keyrings that must have signed are named if there are any. */
export function formatSource(uri: string, suite: string, component: string, signedBy: readonly string[]): string {
  const options = signedBy.length === 0 ? "" : `[signed-by=${signedBy.join(",")}] `;
  return `deb ${options}${uri} ${suite} ${component}\n`;
}

function fields(stanza: string): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [, key, value] of stanza.matchAll(/^([A-Za-z-]+)[ \t]*:((?:.*)(?:\n[ \t].*)*)/gm)) {
    result.set(key.toLowerCase(), value.trim());
  }
  return result;
}

function isEnabled(stanza: ReadonlyMap<string, string>): boolean {
  return words(stanza.get("types")).includes("deb") &&
    !/^(no|false|0|off|without|disable)$/i.test(stanza.get("enabled") ?? "yes");
}

function keyrings(values: readonly string[]): readonly string[] {
  return values.filter((value) => value.startsWith("/"));
}

function words(text = ""): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/**
 * Names evaluated scripts in stack traces: the runtime calls them all `<anonymous>`, although V8 knows their names.
 *
 * See V8's stack trace API, Error.prepareStackTrace.
 */

interface CallSite {
  getFileName(): string | null | undefined;
  getScriptNameOrSourceURL(): string | null | undefined;
  toString(): string;
}

type Prepare = (error: Error, sites: readonly CallSite[]) => string;

function describe(site: CallSite): string {
  const name = site.getFileName() ? undefined : site.getScriptNameOrSourceURL();
  return name ? String(site).replace("<anonymous>:", `${name}:`) : String(site);
}

/** Names scripts until it is disposed of. */
export function nameScripts(): Disposable {
  const holder = Error as unknown as { prepareStackTrace?: Prepare | undefined };
  const before = holder.prepareStackTrace;
  holder.prepareStackTrace = (error, sites) =>
    [String(error), ...sites.map((site) => `    at ${describe(site)}`)].join("\n");
  return {
    [Symbol.dispose]() {
      holder.prepareStackTrace = before;
    },
  };
}

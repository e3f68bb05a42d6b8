/** Tells when files change, however an editor writes them: in place, or beside and renamed. */

import { dirname } from "node:path";

/** An editor's several steps are one change. */
const SETTLE_MILLISECONDS = 60;

/**
 * Watches files until it is disposed of.
 *
 * @param paths Absolute paths.
 * @param changed Called after a file's text has changed, one call at a time.
 */
export function watchFiles(paths: readonly string[], changed: (path: string) => Promise<void>): Disposable {
  const texts = new Map(paths.map((path) => [path, textOf(path)]));
  const watcher = Deno.watchFs([...new Set(paths.map((path) => dirname(path)))]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let work = Promise.resolve();
  const look = async () => {
    for (const [path, before] of texts) {
      const text = textOf(path);
      if (text === undefined || text === before) continue;
      texts.set(path, text);
      await changed(path);
    }
  };
  const listen = async () => {
    for await (const event of watcher) {
      if (!event.paths.some((path) => texts.has(path))) continue;
      clearTimeout(timer);
      timer = setTimeout(() => work = work.then(look), SETTLE_MILLISECONDS);
    }
  };
  listen();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

/** The file's text; undefined while it is not there. */
function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What is loaded before the prompt comes up: the user's init file, and scripts. */

import { CommandLineError } from "../cli/errors.ts";
import { CommandError } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import { initPath } from "./init_file.ts";

/** What to load. */
export interface LoadOptions {
  readonly init?: boolean;
  readonly scripts?: readonly string[];
  readonly watch?: boolean;
}

/**
 * Loads them. What is wrong is shown, and the prompt comes up.
 *
 * @returns What ends watching their files.
 */
export async function loadScripts(session: Session, options: LoadOptions): Promise<Disposable> {
  const fail = (error: unknown) =>
    session.showError(error instanceof CommandLineError ? new CommandError(error.message) : error);
  const init = options.init === false ? undefined : initPath(Deno.env);
  const paths = [...(init !== undefined && isFile(init) ? [init] : []), ...options.scripts ?? []];
  for (const path of paths) {
    try {
      await session.scripts.load(path);
    } catch (error) {
      fail(error);
      // Input that no person types depends on what the scripts attach.
      if (!session.out.isTerminal && path !== init) session.quitStatus = 1;
    }
  }
  if (!options.watch) return { [Symbol.dispose]() {} };
  return session.scripts.watch(paths, (message) => session.out.print(message), fail);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

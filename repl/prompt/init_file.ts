/** The user's own start: `$XDG_CONFIG_HOME/ceratops/init.ts`; see the XDG Base Directory Specification. */

import { join } from "node:path";

/** Where it is; undefined if the user has no home. */
export function initPath(environment: { get(name: string): string | undefined }): string | undefined {
  const config = environment.get("XDG_CONFIG_HOME");
  if (config?.startsWith("/")) return join(config, "ceratops", "init.ts");
  const home = environment.get("HOME");
  return home === undefined || home === "" ? undefined : join(home, ".config", "ceratops", "init.ts");
}

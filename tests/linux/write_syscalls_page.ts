/** Writes docs/syscalls.md anew: `deno task syscalls`. */

import { compatibilityPage } from "../../engine/linux/compatibility.ts";

await Deno.writeTextFile(new URL("../../docs/syscalls.md", import.meta.url), compatibilityPage());

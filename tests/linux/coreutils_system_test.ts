/** Programs of GNU coreutils that are about system: see tests/programs/coreutils.ts. */

import { testCoreutils } from "../programs/coreutils.ts";

testCoreutils("system");

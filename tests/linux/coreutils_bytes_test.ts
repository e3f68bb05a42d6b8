/** Programs of GNU coreutils that are about bytes: see tests/programs/coreutils.ts. */

import { testCoreutils } from "../programs/coreutils.ts";

testCoreutils("bytes");

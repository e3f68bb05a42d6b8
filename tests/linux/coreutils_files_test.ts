/** Programs of GNU coreutils that are about files: see tests/programs/coreutils.ts. */

import { testCoreutils } from "../programs/coreutils.ts";

testCoreutils("files");

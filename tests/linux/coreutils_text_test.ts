/** Programs of GNU coreutils that are about text: see tests/programs/coreutils.ts. */

import { testCoreutils } from "../programs/coreutils.ts";

testCoreutils("text");

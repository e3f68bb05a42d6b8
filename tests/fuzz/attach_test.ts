/** A few disturbed runs of each guest; `deno task fuzz-hooks` does many. */

import assert from "node:assert/strict";
import { differences, fuzzGuests, runDisturbed } from "./attach.ts";

for (const guest of await fuzzGuests()) {
  Deno.test(`attaching, stopping and stepping at random points does not disturb ${guest.name}`, async () => {
    const undisturbed = await runDisturbed(guest, [0]);
    const disturbed = await runDisturbed(guest, guest.name === "python" ? [1] : [1, 2, 3]);
    assert.deepEqual(differences(undisturbed, disturbed), []);
    assert.ok(disturbed.runs.some(({ stops, hits }) => stops > 1 && hits > 0));
  });
}

/** A small part of CPython's own tests about the system: each case ends as natively. `deno task cpython` runs more. */

import assert from "node:assert/strict";
import { differences, findTests, parseCases, runGuest, runNative, type Selection } from "./comparison.ts";

const isMissing = findTests() === undefined;
const suffix = isMissing ? " (left out: libpython3.11-testsuite, or what your Python calls it, is not installed)" : "";

const SELECTIONS: readonly Selection[] = [
  { module: "test_select" },
  { module: "test_mmap" },
  { module: "test_epoll" },
  {
    module: "test_signal",
    only: ["*.PosixTests.*", "*.PendingSignalsTests.test_sig*", "*.PidfdSignalTest.*", "*.WakeupFDTests.*"],
  },
  { module: "test_os", only: ["*Priority*", "*.FDInheritanceTests.*", "*.TestSendfile.*", "*.ForkTests.*"] },
];

for (const selection of SELECTIONS) {
  Deno.test({
    name: `CPython's ${selection.module} ends as natively${suffix}`,
    ignore: isMissing,
    async fn() {
      const native = await runNative(selection);
      assert.ok(native.cases.some(({ status }) => status === "ok"));
      assert.deepEqual(differences(native, await runGuest(selection)), []);
    },
  });
}

Deno.test("parseCases() takes the last line of a case, and tells one that did not end", () => {
  const text = "begin\ta.B.c\t\nfailed\ta.B.c\tno\nbegin\ta.B.d\t\n";
  assert.deepEqual(parseCases(text), [
    { name: "a.B.c", status: "failed", why: "no" },
    { name: "a.B.d", status: "unfinished", why: "" },
  ]);
});

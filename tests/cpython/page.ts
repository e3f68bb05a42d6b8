/** docs/conformance.md: what was seen when CPython's own tests ran natively and on Ceratops. */

import type { Compared } from "./run.ts";
import type { Status } from "./comparison.ts";

/** Why cases end otherwise, as far as it is known. */
const REASONS: Readonly<Record<string, string>> = {
  "test_socket.GeneralModuleTests.test_sethostname": "The machine's name cannot be set: EPERM",
  "test_fcntl.TestFcntl.test_fcntl_64_bit": "F_NOTIFY would send signals to the host process: EINVAL",
  "test_time.TimeTestCase.test_monotonic_settime": "The machine's clock cannot be set: EPERM",
};

const INTRODUCTION = `# Conformance

CPython's own tests about the system, as Debian ships them (\`libpython3.11-testsuite\`), run natively and on Ceratops in
the same environment, case by case. This page is written by \`deno task cpython\`, which takes about half an hour; a test
of the gate runs a small part of it. It tells what was seen, once, on one machine.

A case that is skipped natively has to be skipped on Ceratops too. Tests of VSOCK sockets are left out: natively they wait for
ever on that machine.
`;

/** The page. */
export function conformancePage(compared: readonly Compared[]): string {
  const rows = compared.map(({ module, native, guest, differences }) => {
    const count = (status: Status) => native.cases.filter((each) => each.status === status).length;
    const other = native.cases.length - count("ok") - count("skipped");
    const times = [native, guest].map(({ seconds }) => `${seconds.toFixed(0)} s`);
    return `| \`${module}\` | ${
      [native.cases.length, count("ok"), count("skipped"), other, differences.length, ...times].join(" | ")
    } |`;
  });
  const list = compared.flatMap(({ differences }) =>
    differences.map(({ name, native, guest, why }) =>
      `| \`${name}\` | ${native} | ${guest} | ${(REASONS[name] ?? why).replaceAll("|", "\\|")} |`
    )
  );
  const table = [
    "| Module | Cases | pass natively | skipped natively | fail natively | end otherwise on Ceratops | native time | time on Ceratops |",
  ];
  return [
    INTRODUCTION,
    ...table,
    `|---|---|---|---|---|---|---|---|`,
    ...rows,
    "",
    ...list.length === 0
      ? ["No case ended otherwise."]
      : ["Cases that ended otherwise:", "", "| Case | Natively | On Ceratops | Why |", "|---|---|---|---|", ...list],
    "",
  ].join("\n");
}

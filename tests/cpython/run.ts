/**
 * Compares CPython's own tests about the system natively and on Ceratops, and writes docs/conformance.md when all were
 * run: `deno task cpython [MODULE [PATTERN...]]`. All take about half an hour.
 */

import {
  type Difference,
  differences,
  findTests,
  type Run,
  runGuest,
  runNative,
  type Selection,
} from "./comparison.ts";
import { conformancePage } from "./page.ts";

/** The modules that are about the system. VSOCK hangs natively where a machine has it and no host that answers. */
const MODULES: readonly Selection[] = [
  { module: "test_os" },
  { module: "test_signal" },
  { module: "test_subprocess" },
  { module: "test_threading" },
  { module: "test_mmap" },
  { module: "test_socket", without: ["*VSOCK*"] },
  { module: "test_select" },
  { module: "test_selectors" },
  { module: "test_poll" },
  { module: "test_epoll" },
  { module: "test_io" },
  { module: "test_posix" },
  { module: "test_fcntl" },
  { module: "test_resource" },
  { module: "test_wait4" },
  { module: "test_time" },
  { module: "test_pty" },
];

export interface Compared {
  readonly module: string;
  readonly native: Run;
  readonly guest: Run;
  readonly differences: readonly Difference[];
}

if (import.meta.main) {
  if (findTests() === undefined) {
    console.error("The tests are not installed: apt-get install libpython3.11-testsuite, or what your Python calls it");
    Deno.exit(1);
  }
  const [module, ...only] = Deno.args;
  const found = MODULES.filter((selection) => module === undefined || selection.module === module);
  const compared: Compared[] = [];
  for (const selection of found.length > 0 ? found : [{ module }]) {
    const chosen = only.length === 0 ? selection : { ...selection, only };
    const native = await runNative(chosen);
    const guest = await runGuest(chosen);
    const list = differences(native, guest);
    compared.push({ module: selection.module, native, guest, differences: list });
    const count = `${native.cases.length} cases, ${native.seconds.toFixed(0)} s natively, ${
      guest.seconds.toFixed(0)
    } s`;
    console.log(`${selection.module}: ${count}, ${list.length} differ`);
    for (const { name, native, guest, why } of list) console.log(`  ${name}: ${guest}, natively ${native}; ${why}`);
  }
  if (module === undefined) {
    await Deno.writeTextFile(new URL("../../docs/conformance.md", import.meta.url), conformancePage(compared));
  }
}

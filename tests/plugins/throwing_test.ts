import assert from "node:assert/strict";
import { definePlugin, Emulator, type PluginApi, PluginError, type PluginHandle } from "../../mod.ts";
import icount from "../../plugins/icount.ts";
import { compile } from "../programs/compile.ts";
import { FIB, reportText } from "./run.ts";

/** Leaves a block before its end, gets a signal, calls a function, ends with 3. */
const FAULTS = `
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
static sigjmp_buf place;
static volatile int *nowhere;
static void handler(int signal) { siglongjmp(place, signal); }
__attribute__((noinline)) int called(volatile int *value) { return *value + 1; }
int main(void) {
  signal(SIGSEGV, handler);
  if (sigsetjmp(place, 1) == 0) called(nowhere);
  int two = 2;
  return called(&two);
}`;

const fail = () => {
  throw new Error("no");
};

/** Where a plugin's code is called while the guest runs, failing at each. */
const RUNNING: Readonly<Record<string, (api: PluginApi) => void>> = {
  setup: (api) => {
    api.onFlow(fail);
    api.onEvents(["accesses"], fail);
    api.onReport(() => assert.fail("a plugin that was not set up reports"));
    fail();
  },
  onTranslate: (api) => api.onTranslate(fail),
  "block.onExecute": (api) => api.onTranslate((block) => block.onExecute(fail)),
  "instruction.onExecute": (api) => api.onTranslate(({ instructions }) => instructions.at(-1)?.onExecute(fail)),
  "instruction.onMemory": (api) =>
    api.onTranslate(({ instructions }) => instructions.forEach((each) => each.onMemory(fail))),
  onFlow: (api) => api.onFlow(fail),
  "onEvents accesses": (api) => void api.onEvents(["accesses"], fail),
  "onEvents instructions": (api) => void api.onEvents(["instructions", "blocks"], fail),
  onLeave: (api) => api.onLeave(fail),
  onPlace: (api) => api.onPlace("called", fail),
  "onCall enter": (api) => api.onCall("called", { onEnter: fail }),
  "onCall leave": (api) => api.onCall("called", { onLeave: fail }),
  onInstructionCount: (api) => api.onInstructionCount(100, fail),
  onSyscall: (api) => api.onSyscall(fail),
  onSignal: (api) => api.onSignal(fail),
  "an async closure": (api) => api.onPlace("called", () => Promise.reject(new Error("no"))),
};

/** The same while it is stopped, and what has it called. */
const STOPPED: Readonly<Record<string, [setup: (api: PluginApi) => void, act: (handle: PluginHandle) => void]>> = {
  onReport: [(api) => api.onReport(fail), (handle) => reportText(handle)],
  onReset: [(api) => api.onReset(fail), (handle) => handle.reset()],
  onParamsChange: [(api) => api.onParamsChange(fail), (handle) => handle.set("within", "main")],
  onActiveChange: [(api) => api.onActiveChange(fail), (handle) => handle.disable()],
};

function use(emulator: Emulator, name: string, setup: (api: PluginApi) => void): PluginHandle {
  return emulator.use(definePlugin({ name, description: "", setup }));
}

Deno.test("a plugin that throws, wherever, is named and disabled; the guest and the other plugins go on", async () => {
  const warnings: string[] = [];
  const program = await compile(FAULTS, ["-O1", "-static"]);
  using emulator = Emulator.open({ program, env: {}, onWarning: (text) => warnings.push(text.split("\n")[0]) });
  const well = emulator.use(icount, { by: "thread" });
  const running = Object.entries(RUNNING).map(([name, setup]) => use(emulator, name, setup));
  const stopped = Object.entries(STOPPED).map(([name, [setup]]) => use(emulator, name, setup));
  assert.deepEqual(await emulator.run(), { kind: "exited", status: 3 });
  Object.values(STOPPED).forEach(([, act], index) => act(stopped[index]));
  await Promise.resolve();
  const names = [...Object.keys(RUNNING), ...Object.keys(STOPPED)];
  assert.deepEqual(warnings.toSorted(), names.map((name) => `plugin ${name}: no; it is disabled`).toSorted());
  assert.deepEqual([...running, ...stopped].filter(({ isEnabled }) => isEnabled), []);
  for (const handle of running) assert.equal(reportText(handle), "");
  const { instructions, thread } = JSON.parse(reportText(well, "json"));
  assert.equal(instructions, emulator.coverage.total);
  assert.deepEqual(Object.values(thread), [instructions]);
});

Deno.test("a plugin whose setup failed cannot be enabled; one that refuses its parameters is not used", () => {
  const warnings: string[] = [];
  using emulator = Emulator.open({ program: FIB, env: {}, onWarning: (text) => warnings.push(text) });
  const failed = use(emulator, "failed", fail);
  assert.throws(() => failed.enable(), /Cannot use plugin failed: its setup failed, so it cannot be enabled$/);
  const refuse = () => {
    throw new PluginError("refuses", "these do not go together");
  };
  assert.throws(() => use(emulator, "refuses", refuse), /refuses: these do not go together$/);
  assert.deepEqual(emulator.plugins, [failed]);
  assert.equal(warnings.length, 1);
});

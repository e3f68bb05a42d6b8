import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { Emulator, valueText } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { gdbAt, withoutAddresses } from "./gdb.ts";

const program = await compile(new URL("guests/calls.cc", import.meta.url), ["-g", "-O0", "-lstdc++", "-lm"]);

const EXPRESSIONS = [
  ...["length(&one)", "length(one.next) + 1", "half(3)", "halff(3)", "precise(1)", "wrap(3)", "make(4, 5)", "large(3)"],
  ...["use(small, big, n)", "many(1,2,3,4,5,6,7,8)", "over(1)", "over(1.5)", "fn(2.0)", "shape->id()", "shape->area()"],
  ...[
    "square.area()",
    "str.size()",
    "vec.size()",
    '(int)strlen("abc")',
    "make(1, 2).b",
    "length(&one) > 1 && over(1) == 1",
  ],
  ...["sizeof(make(1,2))", "n = length(&one) + 10", "n", "(n += 1) + length(&one) + length(&one)", "n", "nothing()"],
];

/** A guest that stands in `main` where the program calls `stop`. */
async function stopped(): Promise<Emulator> {
  const emulator = Emulator.open({ program, args: [], env: {} });
  emulator.hook("stop()", () => emulator.stop());
  await emulator.run();
  return emulator;
}

Deno.test("Emulator.evaluate() calls functions as gdb's print does", async () => {
  const [, ...theirs] = await gdbAt(program, "stop", 0, ["up", ...EXPRESSIONS.map((each) => `print ${each}`)]);
  using emulator = await stopped();
  const [before, frame] = [emulator.cpu.all(), emulator.cpu.frames()[1]];
  const ours: string[] = [];
  for (const each of EXPRESSIONS) {
    ours.push(withoutAddresses(valueText(await emulator.evaluate(each, frame), { isTop: true })));
  }
  deepStrictEqual(ours, theirs.map((text) => withoutAddresses(text.replace(/^\$\d+ = /, ""))));
  deepStrictEqual(emulator.cpu.all(), before);
});

Deno.test("a function that faults or stops leaves the registers as they were, and the guest goes on", async () => {
  using emulator = await stopped();
  const before = emulator.cpu.all();
  emulator.hook("over", () => emulator.stop());
  await rejects(emulator.evaluate("over(1)"), /Cannot finish the call of over: the guest stopped, stop\(\)/);
  deepStrictEqual(emulator.cpu.all(), before);
});

Deno.test("what cannot be called is refused with gdb's reason", async () => {
  using emulator = await stopped();
  const [, frame] = emulator.cpu.frames();
  await rejects(emulator.evaluate("length()", frame), /Too few arguments in function call of length\./);
  await rejects(emulator.evaluate("length(&one, 1)", frame), /Too many arguments in function call of length\./);
  await rejects(emulator.evaluate("n(1)", frame), /Cannot perform a call on a non-function\./);
  await rejects(emulator.evaluate("_exit_group(1)", frame), /No symbol "_exit_group" in current context\./);
  throws(
    () => emulator.cpu.evaluate("length(&one)", frame),
    /Cannot call a function here: the guest would have to run/,
  );
});

Deno.test("a function of an assembler, whose type is unknown, is called with a cast, as in gdb", async () => {
  const assembled = await compile(new URL("guests/twice.S", import.meta.url), ["-g", "-static"]);
  const [refused, called] = await gdbAt(assembled, "main", 0, ["print twice(21)", "print (int)twice(21) + 0"]);
  using emulator = Emulator.open({ program: assembled, args: [], env: {} });
  emulator.hook("main", () => emulator.stop());
  await emulator.run();
  await rejects(emulator.evaluate("twice(21)"), { message: refused.replace(/^error: /, "") });
  const value = valueText(await emulator.evaluate("(int)twice(21) + 0"), { isTop: true });
  deepStrictEqual(`$1 = ${value}`, called);
});

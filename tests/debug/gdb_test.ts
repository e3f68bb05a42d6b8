import { deepStrictEqual } from "node:assert/strict";
import { DebugValueError, type GuestContext, GuestMemoryError, typeLines, valueText } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { ceratopsAt, framesText, gdbAt, gdbFrames, withoutAddresses } from "./gdb.ts";
import { C_EXPRESSIONS, C_PROGRAM, C_TYPES, CPP_EXPRESSIONS, OPTIMIZED_PROGRAM } from "./programs.ts";

const STATIC = ["-static", "-no-pie"];

/** The variables of a frame, as `info locals` shows them. */
function locals(cpu: GuestContext, level: number): string[] {
  const list = cpu.frames()[level].locals.map(({ name, value }) => withoutAddresses(`${name} = ${value}`));
  return list.length === 0 ? ["No locals."] : list;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => !line.startsWith("#") && !/^\d+\t/.test(line)).map(withoutAddresses);
}

/** What gdb's `print` says, without the number. */
function printed(text: string): string {
  return withoutAddresses(text.replace(/^\$\d+ = /, "").replace(/^error: .*/s, "error"));
}

function print(cpu: GuestContext, expression: string): string {
  try {
    return withoutAddresses(valueText(cpu.evaluate(expression, cpu.frames()[1]), { isTop: true }));
  } catch (error) {
    if (error instanceof DebugValueError || error instanceof GuestMemoryError) return "error";
    throw error;
  }
}

for (const version of ["-gdwarf-5", "-gdwarf-4", "-gdwarf-3", "-gdwarf-2"]) {
  Deno.test(`locals, arguments and frames of C with ${version} are gdb's`, async () => {
    const program = await compile(C_PROGRAM, [version, "-O0", ...STATIC]);
    const [bt, up1, up2] = await gdbAt(program, "stop", 0, [
      "bt",
      "frame apply level 1 info locals",
      "frame apply level 2 info locals",
    ]);
    const ours = await ceratopsAt(program, "stop", 0, (cpu) => [framesText(cpu), locals(cpu, 1), locals(cpu, 2)]);
    deepStrictEqual(ours, [gdbFrames(bt), lines(up1), lines(up2)]);
  });
}

Deno.test("cpu.evaluate() of C expressions gives what gdb prints", async () => {
  const program = await compile(C_PROGRAM, ["-g", "-O0", ...STATIC]);
  const [, ...theirs] = await gdbAt(program, "stop", 0, ["up", ...C_EXPRESSIONS.map((each) => `print ${each}`)]);
  const ours = await ceratopsAt(program, "stop", 0, (cpu) => C_EXPRESSIONS.map((each) => print(cpu, each)));
  const both = (list: readonly string[]) =>
    Object.fromEntries(C_EXPRESSIONS.map((each, index) => [`${index} ${each}`, list[index]]));
  deepStrictEqual(both(ours), both(theirs.map(printed)));
});

Deno.test("typeLines() writes types as gdb's ptype does", async () => {
  const program = await compile(C_PROGRAM, ["-g", "-O0", ...STATIC]);
  const [, ...theirs] = await gdbAt(program, "stop", 0, ["up", ...C_TYPES.map((each) => `ptype ${each}`)]);
  const ours = await ceratopsAt(program, "stop", 0, (cpu) =>
    C_TYPES.map((each) => {
      const found = cpu.interpret(each, cpu.frames()[1]);
      return `type = ${typeLines("type" in found ? found.type : found.value.type).join("\n")}`;
    }));
  deepStrictEqual(ours, theirs);
});

for (const flags of [["-O2"], ["-O2", "-gdwarf-4"], ["-O1", "-fomit-frame-pointer"], ["-O3"]]) {
  Deno.test(`locals, arguments and inlined frames of C compiled with ${flags.join(" ")} are gdb's`, async () => {
    const program = await compile(OPTIMIZED_PROGRAM, ["-g", ...flags, ...STATIC]);
    for (const skip of [0, 2, 6]) {
      const levels = [1, 2, 3];
      const [bt, ...theirs] = await gdbAt(program, "stop", skip, [
        "bt",
        ...levels.map((level) => `frame apply level ${level} info locals`),
      ]);
      const ours = await ceratopsAt(program, "stop", skip, (cpu) => ({
        frames: framesText(cpu),
        locals: levels.filter((level) => level < framesText(cpu).length).map((level) => locals(cpu, level)),
      }));
      const count = gdbFrames(bt).length;
      deepStrictEqual(ours, {
        frames: gdbFrames(bt),
        locals: levels.flatMap((level, index) => level < count ? [lines(theirs[index])] : []),
      });
    }
  });
}

for (const flags of [["-O0"], ["-O2"], ["-O0", "-fdebug-types-section"]]) {
  Deno.test(`variables and frames of C++ compiled with ${flags.join(" ")} are gdb's`, async () => {
    const program = await compile(new URL("guests/shapes.cc", import.meta.url), [
      "-g",
      ...flags,
      ...STATIC,
      "-lstdc++",
    ]);
    for (const skip of [0, 2, 3]) {
      // gdb takes apart what a reference refers to that is nowhere; here it is shown as a whole.
      const levels = flags.includes("-O0") ? [1, 2] : [1];
      const expressions = flags.includes("-O0") ? CPP_EXPRESSIONS[skip] ?? [] : [];
      const [bt, ...theirs] = await gdbAt(program, "stop", skip, [
        "bt",
        ...levels.map((level) => `frame apply level ${level} info locals`),
        "up",
        ...expressions.map((each) => `print ${each}`),
      ]);
      const ours = await ceratopsAt(program, "stop()", skip, (cpu) => ({
        frames: framesText(cpu),
        locals: levels.filter((level) => level < framesText(cpu).length).map((level) => locals(cpu, level)),
        values: expressions.map((each) => print(cpu, each)),
      }));
      const count = gdbFrames(bt).length;
      deepStrictEqual(ours, {
        frames: gdbFrames(bt),
        locals: levels.flatMap((level) => level < count ? [lines(theirs[level - 1])] : []),
        values: theirs.slice(levels.length + 1).map(printed),
      });
    }
  });
}

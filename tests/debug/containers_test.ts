import { deepStrictEqual } from "node:assert/strict";
import { typeLines, valueText } from "../../mod.ts";
import { argumentsText } from "../../repl/views/frame.ts";
import { compile } from "../programs/compile.ts";
import { compileRust, hasRust, rustGdbSetup } from "../programs/rust.ts";
import { ceratopsAt, gdbAt, withoutAddresses } from "./gdb.ts";

const CXX = new URL("guests/containers.cc", import.meta.url);
const RUST = new URL("guests/values.rs", import.meta.url);
const [CXX_FLAGS, STOP] = [["-std=c++17", "-g", "-O0", "-lstdc++"], "stop()"];

function locals(text: string): string[] {
  const isRest = (line: string) => line.startsWith("#") || /^(?:\d+\t|result = |sum = |f = )/.test(line);
  return text.split("\n").filter((line) => line !== "" && !isRest(line)).map(withoutAddresses);
}

Deno.test("containers of the C++ library are shown as gdb's pretty-printers show them", async () => {
  const program = await compile(CXX, CXX_FLAGS);
  const [theirs, bt] = await gdbAt(program, "stop", 0, ["frame apply level 2 info locals", "frame 1"]);
  const ours = await ceratopsAt(program, STOP, 0, (cpu) => {
    const [, take, main] = cpu.frames();
    return {
      locals: main.locals.map(({ name, value }) => `${name} = ${value}`).join("\n"),
      take: withoutAddresses(`take (${argumentsText(take)})`),
    };
  });
  deepStrictEqual(locals(ours.locals), locals(theirs));
  deepStrictEqual(ours.take, withoutAddresses(/take \(.*\)(?= at)/.exec(bt)?.[0] ?? ""));
});

Deno.test("elements, and what pointers own, are reached as gdb's xmethods reach them", async () => {
  const expressions = [
    "numbers[1]",
    "deque[2]",
    "words[0]",
    "*unique",
    "unique->x",
    "*shared",
    "shared->y",
    "*some",
  ];
  const program = await compile(CXX, CXX_FLAGS);
  const printed = expressions.map((each) => `print ${each}`);
  const [, ...theirs] = await gdbAt(program, "stop", 0, ["frame 2", ...printed]);
  const ours = await ceratopsAt(
    program,
    STOP,
    0,
    (cpu) =>
      expressions.map((each, index) =>
        `$${index + 1} = ${valueText(cpu.evaluate(each, cpu.frames()[2]), { isTop: true })}`
      ),
  );
  // There is no method of std::optional for gdb.
  const isKnown = (_: string, index: number) => !/^error/.test(theirs[index]);
  deepStrictEqual(ours.filter(isKnown), theirs.filter(isKnown));
});

Deno.test("DebugValue.value has containers as JavaScript's own: texts, arrays, Maps", async () => {
  const program = await compile(CXX, CXX_FLAGS);
  const names = [
    "wide",
    "words",
    "nested",
    "bits",
    "ages",
    "set",
    "hashed",
    "list",
    "some",
    "no",
    "var",
    "tuple",
    "pair",
  ];
  const ours = await ceratopsAt(program, STOP, 0, (cpu) => names.map((name) => cpu.frames()[2].local(name)?.value));
  deepStrictEqual(ours, [
    "wide",
    ["one", "two"],
    [[1], [2, 3]],
    [true, false, true],
    new Map([["ann", 3], ["bob", 5]]),
    [1, 2, 3],
    new Map([["k", 1]]),
    [1, 2],
    4,
    undefined,
    "v",
    [1, 2.5, "t"],
    { first: 1, second: "p" },
  ]);
});

const TYPES = [
  "numbers",
  "maybe",
  "color",
  "pair",
  "tuple",
  "array",
  "slice",
  "text",
  "unit",
  "closure",
  "boxed",
  "f",
  "dynamic",
];

for (const flags of [[], ["-C", "symbol-mangling-version=v0"]]) {
  const title = `values, frames and types of Rust, mangled as ${
    flags.length === 0 ? "by default" : "v0"
  }, are rust-gdb's; left out where no rustc runs`;
  Deno.test({ name: title, ignore: !hasRust() }, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const program = await compileRust(RUST, folder, flags);
      const [values, bt, , ...types] = await gdbAt(program, "values::stop", 0, [
        "frame apply level 1 info locals",
        "backtrace",
        "frame 1",
        ...TYPES.map((name) => `ptype ${name}`),
      ], await rustGdbSetup());
      const ours = await ceratopsAt(program, "values::stop", 0, (cpu) => ({
        values: cpu.frames()[1].locals.map(({ name, value }) => `${name} = ${value}`).join("\n"),
        names: cpu.frames().map(({ name }) => name),
        types: TYPES.map((name) => `type = ${typeLines(cpu.evaluate(name, cpu.frames()[1]).type).join("\n")}`),
      }));
      // rust-gdb shows a slice as it does a Vec, and counts of references again as values; and it warns of tables.
      const normal = (text: string) =>
        locals(text.replace(/warning: \(.*\n/g, "")).map((line) =>
          line.replace(/(&\[\w+\])\(size=\d+\) = \{(.*)\}/, "$1 [$2]")
            .replace(/, (?:strong = \d+, weak|borrow) = \d+/g, "")
        );
      deepStrictEqual(normal(ours.values), normal(values));
      const frames = bt.split("\n").flatMap((line) =>
        /^#\d+ +(?:0x\w+ in )?(.*?) \(.*\)(?: at|$)/.exec(line)?.[1] ?? []
      );
      const last = frames.indexOf("core::ops::function::FnOnce::call_once<fn(), ()>");
      deepStrictEqual(ours.names.slice(0, last + 1), frames.slice(0, last + 1));
      deepStrictEqual(ours.types, types);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

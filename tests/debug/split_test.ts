import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Emulator } from "../../mod.ts";
import { argumentsText } from "../../repl/views/frame.ts";
import { compile } from "../programs/compile.ts";
import { ceratopsAt } from "./gdb.ts";
import { C_PROGRAM } from "./programs.ts";

/** Compiles a program into a folder of its own, which may then be changed. */
async function compiled(folder: string, commands: readonly (readonly string[])[]): Promise<string> {
  await Deno.writeTextFile(`${folder}/program.c`, C_PROGRAM);
  for (const [command, ...args] of commands) {
    const { success, stderr } = await new Deno.Command(command, { args, cwd: folder }).output();
    if (!success) throw new Error(`${command} ${args.join(" ")} says ${new TextDecoder().decode(stderr)}`);
  }
  return `${folder}/program`;
}

/** What is known where the program calls `stop`. */
function look(program: string): Promise<readonly string[]> {
  return ceratopsAt(program, "stop", 0, (cpu) => {
    const frame = cpu.frames()[1];
    return [
      `${frame.name} at ${frame.source?.file}:${frame.source?.line}`,
      argumentsText(frame).replace(/argv=.*/, ""),
      ...frame.locals.map(({ name, value }) => `${name} = ${value}`),
      String(cpu.evaluate("n->next->name", frame)),
      String(cpu.evaluate("counter", frame)),
      String(cpu.evaluate("sizeof(struct node)", frame)),
    ];
  });
}

const COMMON = ["program.c", "-O0", "-static", "-no-pie", "-o", "program"];

const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "in .dwo files of DWARF 5": [["gcc", "-gdwarf-5", "-gsplit-dwarf", ...COMMON]],
  "in .dwo files of DWARF 4": [["gcc", "-gdwarf-4", "-gsplit-dwarf", ...COMMON]],
  "in a package that dwp made": [
    ["gcc", "-gdwarf-4", "-gsplit-dwarf", ...COMMON],
    ["dwp", "-e", "program", "-o", "program.dwp"],
    ["find", "-name", "*.dwo", "-delete"],
  ],
  "in a package with units of types": [
    ["gcc", "-gdwarf-4", "-gsplit-dwarf", "-fdebug-types-section", ...COMMON],
    ["dwp", "-e", "program", "-o", "program.dwp"],
    ["find", "-name", "*.dwo", "-delete"],
  ],
  "in .dwo files of DWARF 4 with units of types": [
    ["gcc", "-gdwarf-4", "-gsplit-dwarf", "-fdebug-types-section", ...COMMON],
  ],
  "in .dwo files of DWARF 5 with units of types": [
    ["gcc", "-gdwarf-5", "-gsplit-dwarf", "-fdebug-types-section", ...COMMON],
  ],
  "in sections that zlib compressed": [["gcc", "-g", "-gz=zlib", ...COMMON]],
  "in a file that .gnu_debuglink names": [
    ["gcc", "-g", ...COMMON],
    ["objcopy", "--only-keep-debug", "program", "program.debug"],
    ["strip", "program"],
    ["objcopy", "--add-gnu-debuglink=program.debug", "program"],
  ],
  "in a file that several share (dwz)": [
    ["gcc", "-g", ...COMMON],
    ["cp", "program", "other"],
    ["dwz", "--multifile", "shared.debug", "--low-mem-die-limit", "none", "program", "other"],
    ["test", "-e", "shared.debug"],
  ],
  "in units of types": [["gcc", "-gdwarf-4", "-fdebug-types-section", ...COMMON]],
};

for (const [way, commands] of Object.entries(WAYS)) {
  Deno.test(`variables are found ${way}`, async () => {
    const whole = await compile(C_PROGRAM, ["-g", "-O0", "-static", "-no-pie"]);
    const folder = await Deno.makeTempDir();
    try {
      // The symbol of `stop` is gone from a stripped file, and found again in its debug file.
      const found = await look(await compiled(folder, commands));
      deepStrictEqual(found.map(plain), (await look(whole)).map(plain));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Addresses of code differ a little between ways to compile; the stack does with the length of the program's name. */
function plain(text: string): string {
  return text.replace(/0x[0-9a-f]{5,}/g, "0xADDRESS");
}

/** Offset in a file of a section's contents, and its size, as readelf has them. */
async function placeOf(file: string, section: string): Promise<{ offset: number; size: number }> {
  const { stdout } = await new Deno.Command("readelf", { args: ["-SW", file] }).output();
  const text = new TextDecoder().decode(stdout);
  const [, offset, size] = new RegExp(` ${section.replaceAll(".", "\\.")} +\\S+ +\\w+ (\\w+) (\\w+) `).exec(text) ?? [];
  return { offset: parseInt(offset, 16), size: parseInt(size, 16) };
}

const DAMAGES: readonly { what: string; says: RegExp; damage: (file: DataView, index: number) => void }[] = [
  {
    what: "whose index has an unknown version",
    says: /^Cannot read debug information: the version of an index is 9, .* at offset 0x0 in section \.debug_cu_index$/,
    damage: (file, index) => file.setUint16(index, 9, true),
  },
  {
    what: "whose index is cut off",
    says: /: an index of 1 units in 1048576 slots takes \d+ bytes, .* at offset 0x8 in section \.debug_cu_index$/,
    damage: (file, index) => file.setUint32(index + 12, 1 << 20, true),
  },
  {
    what: "whose unit is outside its section",
    says: /: a unit is at 0x7fffff00 to .* in \.debug_info\.dwo, .* at offset 0xe0 in section \.debug_cu_index$/,
    // 16 slots: signatures, rows, four kinds, then the offsets of the one unit, .debug_info's first.
    damage: (file, index) => file.setUint32(index + 16 + 16 * 12 + 4 * 4, 0x7fffff00, true),
  },
  {
    what: "whose section headers are outside the file",
    says: /: the first section header is .* at offset 0x7fffffff$/,
    damage: (file) => file.setBigUint64(0x28, 0x7fffffffn, true),
  },
];

for (const { what, says, damage } of DAMAGES) {
  Deno.test(`a package ${what} costs its information, and is told once`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const program = await compiled(folder, WAYS["in a package that dwp made"]);
      const file = await Deno.readFile(`${program}.dwp`);
      damage(new DataView(file.buffer), (await placeOf(`${program}.dwp`, ".debug_cu_index")).offset);
      await Deno.writeFile(`${program}.dwp`, file);
      const warnings: string[] = [];
      using emulator = Emulator.open({ program, env: {}, onWarning: (message) => warnings.push(message) });
      const names: (string | undefined)[] = [];
      emulator.hook("stop", (cpu) => names.push(cpu.frames()[1].name, String(cpu.local("n")?.value)));
      await emulator.run();
      ok(names.length > 0);
      const told = warnings.filter((warning) => says.test(warning));
      strictEqual(told.length, 1, warnings.join("\n"));
      strictEqual(warnings.length, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("thread-local variables are those of the program, in a dynamic one too", async () => {
  for (const flags of [["-static", "-no-pie"], []]) {
    const program = await compile(C_PROGRAM, ["-g", "-O0", ...flags]);
    // main adds one to the 42 that it begins with.
    strictEqual(await ceratopsAt(program, "stop", 0, (cpu) => cpu.evaluate("tls_var").value), 43);
  }
});

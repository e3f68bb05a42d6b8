import { deepStrictEqual, strictEqual } from "node:assert/strict";
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

Deno.test("thread-local variables are those of the program, in a dynamic one too", async () => {
  for (const flags of [["-static", "-no-pie"], []]) {
    const program = await compile(C_PROGRAM, ["-g", "-O0", ...flags]);
    // main adds one to the 42 that it begins with.
    strictEqual(await ceratopsAt(program, "stop", 0, (cpu) => cpu.evaluate("tls_var").value), 43);
  }
});

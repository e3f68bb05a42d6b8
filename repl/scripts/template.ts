/**
 * `ceratops init-script`: writes a script to begin with, and beside it a `deno.json` that tells an editor what
 * `ceratops` is. Leaves both alone where they exist.
 */

import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandLineError, STATUS } from "../cli/errors.ts";

const LIBRARY = fileURLToPath(new URL("../../mod.ts", import.meta.url));

const SCRIPT = (name: string) =>
  `/** Run it: ceratops run --script ${name} PROGRAM, or \`source ${name}\` at the prompt. */

import { type Emulator, hook } from "ceratops";

hook("main", (cpu) => console.log(\`main has \${cpu.args[0]} arguments\`), { pending: true });

export default function (emulator: Emulator) {
  emulator.hookSyscall("openat", {
    onEnter({ registers }) {
      console.log("opens", emulator.memory.cstring(registers[1]));
    },
  });
}
`;

/**
 * Writes them.
 *
 * @returns What was done, a line each.
 * @throws {CommandLineError} If the script exists or cannot be written.
 */
export function initScript(path: string): string[] {
  const script = resolve(path);
  if (!/\.[cm]?ts$/.test(script)) throw new CommandLineError(`Cannot make ${path} a script: name it .ts`);
  const config = join(dirname(script), "deno.json");
  write(script, SCRIPT(basename(script)));
  const done = [`Wrote ${script}`];
  if (exists(config) || exists(`${config}c`)) {
    return [...done, `There is a ${config} already; for the editor, its "imports" need "ceratops": "${LIBRARY}"`];
  }
  write(config, `${JSON.stringify({ imports: { ceratops: LIBRARY } }, null, 2)}\n`);
  return [...done, `Wrote ${config}, which tells the editor what "ceratops" is`];
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function write(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text, { createNew: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error instanceof Deno.errors.AlreadyExists ? "there is such a file already" : error.message;
    throw new CommandLineError(`Cannot write ${path}: ${why}`, STATUS.failed);
  }
}

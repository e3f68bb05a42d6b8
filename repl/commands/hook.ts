/** `hook`: says how a closure is attached, because that is TypeScript. */

import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";

export const hook: Command = {
  name: "hook",
  usage: "hook(LOCATION, CLOSURE, { pending })",
  summary: "Attach a closure to a place; it is called before each execution",
  details:
    "The closure gets the CPU: cpu.rdi, cpu.args[0], cpu.memory, cpu.symbol. It may call stop(why) to stop the\n" +
    "guest. LOCATION is a symbol, IMAGE:SYMBOL, a pattern, a RegExp or an address as a bigint. What it returns has\n" +
    "hits, disable(), enable() and detach(); `info breakpoints` lists it. Hooks stay when the guest is run again.",
  example: 'hook("main", (cpu) => console.log("argc is", cpu.args[0]))',
  run() {
    throw new CommandError(
      'hook is TypeScript: write hook("main", (cpu) => console.log(cpu.args[0])); see `help hook`',
    );
  },
};

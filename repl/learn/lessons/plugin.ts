/** Lesson: a first plugin. */

import type { Lesson } from "../lesson.ts";

export const plugin: Lesson = {
  name: "plugin",
  title: "Your first plugin",
  program: "examples/guests/sums",
  args: ["20"],
  text: `
A plugin is told of each block of code before it first runs. It looks at the instructions and asks for what it wants to
know: a counter costs nothing while the guest runs. At the end it reports.
Here you type one at the prompt; in a file it would be for \`ceratops run --plugin FILE\`.`,
  steps: [
    {
      goal: "Use a plugin that counts the ret instructions that the program executes, and reports their number.",
      hints: [
        'It begins with: const { definePlugin } = await import("ceratops"), which is import { definePlugin } from "ceratops".',
        "In setup(api): const counter = api.counter(), and api.onTranslate((block) => ...) where each of\n" +
        'block.instructions whose mnemonic is "ret" is told to count: instruction.count(counter).',
        "Then emu.use(definePlugin({ name, description, params: {}, setup }), {}).",
      ],
      solution: [
        'import { definePlugin } from "ceratops";',
        "emu.use(definePlugin({",
        '  name: "returns",',
        '  description: "Counts returns",',
        "  setup(api) {",
        "    const counter = api.counter();",
        "    api.onTranslate((block) => {",
        '      for (const insn of block.instructions) if (insn.mnemonic === "ret") insn.count(counter);',
        "    });",
        "    api.onReport((report) => report.write(`${counter.value} returns\\n`));",
        "  },",
        '}), { within: "sums" });',
      ],
      isReached: ({ emulator }) => emulator.plugins.length > 0,
      then: "It is in use from now on; `plugin list` shows it.",
    },
    {
      goal: "Run the program to its end, and have the plugin report.",
      hints: ["`continue`, as a new run begins without what was attached to emu.", "`plugin report NAME`."],
      solution: ["continue", "plugin report returns"],
      isReached: ({ emulator }) => emulator.ended !== undefined,
      then: "The report can be had at any time, at a stop as well as at the end.",
    },
  ],
};

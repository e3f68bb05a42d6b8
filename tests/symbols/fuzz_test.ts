/** Look-ups in 3,000 damaged images: corrupt symbols are warnings, and no look-up fails. */

import { ok } from "node:assert/strict";
import { bytesSource, ElfError, ElfImage, parseElf } from "../../engine/binary/elf/mod.ts";
import { Image, Symbols, UnknownSymbolError } from "../../engine/symbols/mod.ts";
import { mutate, seededRandom, victim } from "../binary/elf/mutate.ts";
import { compile } from "../programs/compile.ts";

const FILES = 3000;

Deno.test("Symbols answers or warns when images are damaged", async () => {
  const program = victim(
    "program",
    await Deno.readFile(await compile('#include <stdio.h>\nint main(void) { return puts("hello"); }', ["-Wl,-z,lazy"])),
  );
  const random = seededRandom(7);
  let looked = 0;
  let warned = 0;
  for (let count = 0; count < FILES; count++) {
    const source = bytesSource(mutate(program, random));
    let elf: ElfImage;
    try {
      elf = parseElf(source, "victim");
    } catch (error) {
      ok(error instanceof ElfError);
      continue;
    }
    const image = new Image({ path: "victim", elf, base: 0x5000_0000n, source });
    const symbols = new Symbols({
      onWarning(warning) {
        ok(warning instanceof ElfError, warning.stack);
        warned++;
      },
    });
    symbols.add(image);
    for (let address = image.start; address < image.end && address < image.start + 0x5000n; address += 64n) {
      const found = symbols.at(address);
      if (found !== undefined) ok(found.address + BigInt(found.offset) === address && found.offset >= 0);
    }
    symbols.matching("*");
    try {
      symbols.find("nain");
    } catch (error) {
      ok(error instanceof UnknownSymbolError, error instanceof Error ? error.stack : String(error));
    }
    looked++;
  }
  ok(looked > FILES / 2 && warned > FILES / 20, `${looked} looked at, ${warned} warnings`);
});

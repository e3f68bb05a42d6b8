/** All registers of a CPU, kept aside: Unicorn's `uc_context`. */

import { checkUnicorn, type UnicornEngine, type UnicornSymbols } from "../ffi/unicorn.ts";
import { hostPointer } from "../ffi/libc.ts";

/** Room for the registers of one CPU. */
export class RegisterContext {
  readonly #unicorn: UnicornSymbols;
  readonly #engine: UnicornEngine;
  readonly #context: Deno.PointerObject;

  /** See `Cpu.context`, which makes these. */
  constructor(unicorn: UnicornSymbols, engine: UnicornEngine) {
    const handle = new BigUint64Array(1);
    checkUnicorn(unicorn.uc_context_alloc(engine, handle), "uc_context_alloc");
    this.#unicorn = unicorn;
    this.#engine = engine;
    this.#context = hostPointer(handle[0]);
    this.save();
  }

  /** Keeps the registers as they are now. */
  save(): void {
    checkUnicorn(this.#unicorn.uc_context_save(this.#engine, this.#context), "uc_context_save");
  }

  /** Puts the registers back, or into another CPU. */
  restore(engine: UnicornEngine = this.#engine): void {
    checkUnicorn(this.#unicorn.uc_context_restore(engine, this.#context), "uc_context_restore");
  }

  /** Gives the room back. */
  free(): void {
    checkUnicorn(this.#unicorn.uc_context_free(this.#context), "uc_context_free");
  }
}

/**
 * Hooks on code by its kind, wherever it is: every block, every `call`, every instruction of a function. They follow
 * the code that runs, so code that is not there yet needs nothing special.
 */

import type { Disassembler, Instruction } from "./disasm/disassembler.ts";
import { Hook } from "./hooks/hook.ts";
import type { Machine } from "./machine.ts";
import type { CodePart } from "./plugin.ts";
import { Attachments } from "./plugins/attachments.ts";
import { Within } from "./plugins/within.ts";
import type { Symbols } from "./symbols/mod.ts";
import type { AnnouncedBlock, TranslationFollower, Translations } from "./translations.ts";

/**
 * A kind of code: `"block"`, `"instruction"`, a mnemonic such as `"cpuid"`, one of Capstone's groups such as `"call"`,
 * `"jump"` or `"sse2"`, or a RegExp over mnemonics.
 */
export type CodeKind = string | RegExp;

/** What code hooks work on. */
export interface CodeGround {
  readonly machine: Machine;
  readonly symbols: Symbols;
  readonly disassembler: Disassembler;
  readonly translations: Translations;
}

/** A hook on a kind of code. */
class CodeHook extends Hook implements TranslationFollower {
  readonly #ground: CodeGround;
  readonly #matches: (instruction: Instruction) => boolean;
  readonly #isOnBlocks: boolean;
  readonly #within: Within;
  readonly #run: (hook: Hook) => void;
  readonly #attachments: Attachments;
  readonly #told = new Map<number, AnnouncedBlock>();
  /**
   * Blocks that contain an instruction, by its address. It is attached once for all of them: where the guest goes on
   * after a stop, another block begins, and the closure has been called for that instruction already.
   */
  readonly #containing = new Map<number, Set<number>>();
  readonly #unfollow: () => void;

  constructor(
    ground: CodeGround,
    kind: CodeKind,
    within: readonly CodePart[],
    run: (hook: Hook) => void,
    onDetach: (hook: Hook) => void,
  ) {
    super(`every ${kind}`, onDetach);
    this.#ground = ground;
    this.#isOnBlocks = kind === "block";
    this.#matches = matcher(kind, ground.disassembler);
    this.#within = new Within(ground.symbols, within);
    this.#run = run;
    this.#attachments = new Attachments(
      ground.machine,
      (start, end) => this.isEnabled && this.#within.overlaps(start, end),
    );
    this.#unfollow = ground.translations.follow(this);
  }

  get addresses(): readonly bigint[] {
    if (this.isDetached) return [];
    const starts = [...this.#told.values()].flatMap((block) => this.#places(block).map(({ at }) => at));
    return [...new Set(starts)].filter((at) => this.#within.has(at)).sort((a, b) => a - b).map(BigInt);
  }

  translated(block: AnnouncedBlock): void {
    if (this.#told.has(block.key)) return;
    this.#told.set(block.key, block);
    for (const { at, extent } of this.#places(block)) {
      if (this.#isOnBlocks) this.#attachments.add(at, extent, this.#call, block.key);
      else this.#contain(at, block.key);
    }
  }

  readonly #call = (): void => {
    this.hits++;
    this.#run(this);
  };

  #contain(at: number, key: number): void {
    const keys = this.#containing.get(at);
    if (keys !== undefined) return void keys.add(key);
    this.#containing.set(at, new Set([key]));
    this.#attachments.add(at, 1, this.#call, nameOf(at), true);
  }

  retired(key: number): void {
    const block = this.#told.get(key);
    this.#told.delete(key);
    if (this.#isOnBlocks || block === undefined) return this.#attachments.drop(key);
    for (let at = block.start; at < block.start + block.size; at++) {
      const keys = this.#containing.get(at);
      if (!keys?.delete(key) || keys.size > 0) continue;
      this.#containing.delete(at);
      this.#attachments.drop(nameOf(at));
    }
  }

  /** Where in a block it is called. */
  #places({ start, size }: AnnouncedBlock): { readonly at: number; readonly extent: number }[] {
    if (this.#isOnBlocks) return [{ at: start, extent: size }];
    const { memory } = this.#ground.machine;
    const reach = memory.accessible(start, size, 1);
    if (reach === 0) return [];
    return this.#ground.disassembler.decode(memory.view(start, reach), start)
      .filter((instruction) => this.#matches(instruction))
      .map(({ address }) => ({ at: Number(address), extent: 1 }));
  }

  protected settle(): void {
    this.#attachments.settle();
  }

  override detach(): void {
    super.detach();
    this.#unfollow();
    this.#told.clear();
  }
}

/** What the attachment of an instruction is called: no key of a block, which are not negative. */
function nameOf(at: number): number {
  return -2 - at;
}

function matcher(kind: CodeKind, disassembler: Disassembler): (instruction: Instruction) => boolean {
  if (kind instanceof RegExp) return ({ mnemonic }) => kind.test(mnemonic);
  if (kind === "block" || kind === "instruction") return () => true;
  if (!disassembler.hasName(kind)) {
    throw new RangeError(
      `Cannot hook every ${kind}: it is neither block, instruction, a mnemonic such as cpuid, nor a group such as call`,
    );
  }
  return (instruction) =>
    instruction.mnemonic.split(" ").includes(kind) || disassembler.groups(instruction).includes(kind);
}

/** The code hooks of a guest. */
export class CodeHooks {
  readonly #ground: CodeGround;
  readonly #hooks = new Set<Hook>();

  constructor(ground: CodeGround) {
    this.#ground = ground;
  }

  /** Those that are attached. */
  list(): readonly Hook[] {
    return [...this.#hooks];
  }

  /**
   * Attaches a hook.
   *
   * @param within The code that it is about; all, if empty.
   * @throws {RangeError} If there is no such kind of code.
   * @throws {UnknownSymbolError} If a name is unknown, and the guest maps no images by itself.
   */
  add(kind: CodeKind, within: readonly CodePart[], run: (hook: Hook) => void): Hook {
    const hook = new CodeHook(this.#ground, kind, within, run, (gone) => this.#hooks.delete(gone));
    this.#hooks.add(hook);
    return hook;
  }
}

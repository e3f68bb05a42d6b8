/** All breakpoints, watchpoints, catchpoints and closures of a session, by number; attached again to each new run. */

import type { Emulator, GuestContext, Location, StopReason } from "../../mod.ts";
import { UnknownImageError, UnknownSymbolError } from "../../mod.ts";
import { Attachment, type Condition, type HitDetails, type Stepper, type Target } from "./attachment.ts";
import { breakpointTarget, hookTarget } from "./place_targets.ts";

/** An attachment that stopped the guest. */
export interface Hit {
  readonly attachment: Attachment;
  /** What it was called when it stopped: a temporary one is gone since. */
  readonly title: string;
  readonly details: HitDetails;
}

/** Breakpoints and closures. */
export class Attachments {
  readonly #list: Attachment[] = [];
  #emulator: Emulator;
  #next = 1;
  /** While the instruction at the program counter is stepped over, its breakpoints do not stop. */
  isMuted = false;
  /** What stopped the guest last, until it is taken. */
  #hits: Hit[] = [];

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  /** In the order of their numbers. */
  list(): readonly Attachment[] {
    return this.#list;
  }

  /** The attachment of a number. */
  get(number: number): Attachment | undefined {
    return this.#list.find((each) => each.number === number);
  }

  /** The number that was given last, as gdb's `$bpnum`; 0 before the first. */
  get lastNumber(): number {
    return this.#next - 1;
  }

  /** Takes all away, and begins to number anew. */
  clear(): void {
    for (const each of [...this.#list]) each.detach();
    this.#next = 1;
  }

  /** Attaches all to a new run. */
  moveTo(emulator: Emulator): void {
    this.#emulator = emulator;
    this.#hits = [];
    for (const each of this.#list) {
      each.hits = 0;
      each.attach(emulator, true);
    }
  }

  /**
   * Makes a breakpoint.
   *
   * @throws {UnknownSymbolError} If the name is unknown, and nothing can be mapped later that has it.
   */
  addBreakpoint(location: Location, isTemporary: boolean, condition?: Condition): Attachment {
    return this.addStop(breakpointTarget(location), isTemporary, condition);
  }

  /** Makes something that stops the guest. @throws {UnknownSymbolError} As {@linkcode Attachments.addBreakpoint}. */
  addStop(target: Target, isTemporary: boolean, condition?: Condition): Attachment {
    const added = this.#add(target, (_cpu, self, details) => this.#arrive(self, details), false);
    added.condition = condition;
    if (isTemporary) added.disposition = "del";
    return added;
  }

  /** Attaches a closure. @param text The closure as it was typed; a script's has none. @throws {UnknownSymbolError} As {@linkcode Attachments.addBreakpoint}. */
  addHook(
    location: Location,
    closure: (cpu: GuestContext, hook: Attachment) => unknown,
    pending: boolean,
    text?: string,
  ): Attachment {
    return this.#add(hookTarget(location, text), (cpu, self) => {
      self.hits++;
      return closure(cpu, self);
    }, pending);
  }

  /** Attaches closures that the target calls itself. @throws {UnknownSymbolError} As {@linkcode Attachments.addBreakpoint}. */
  addClosures(target: Target, pending: boolean): Attachment {
    return this.#add(target, (_cpu, self) => void self.hits++, pending);
  }

  #add(target: Target, react: Attachment["react"], pending: boolean): Attachment {
    const attachment = new Attachment(
      this.#next,
      target,
      react,
      (gone) => void this.#list.splice(this.#list.indexOf(gone), 1),
    );
    try {
      attachment.attach(this.#emulator, pending);
    } catch (error) {
      if (!(error instanceof UnknownSymbolError || error instanceof UnknownImageError) || !this.canBeMapped) {
        throw error;
      }
      attachment.attach(this.#emulator, true);
    }
    this.#next++;
    this.#list.push(attachment);
    return attachment;
  }

  /** Whether the guest maps images by itself, so that an unknown name may become known. */
  get canBeMapped(): boolean {
    return this.#emulator.symbols.images.some(({ role }) => role === "interpreter");
  }

  /** What must be asked before and after each instruction, so that the guest cannot run in any other way. */
  get steppers(): readonly Stepper[] {
    return this.#list.flatMap((each) => each.isEnabled && each.stepper !== undefined ? [each.stepper] : []);
  }

  /** The end of a step in which something was hit that does not stop the guest by itself. */
  stopAfterStep(stepped: StopReason & { readonly pc: bigint }): StopReason {
    const hit = this.peekHit();
    return hit === undefined ? stepped : { kind: "stopped", pc: stepped.pc, why: `${hit.kind} ${hit.number}` };
  }

  /** Enabled breakpoints at an address. */
  breakpointsAt(address: bigint): Attachment[] {
    return this.#list.filter((each) =>
      each.kind === "breakpoint" && each.isEnabled && each.addresses.includes(address)
    );
  }

  #arrive(attachment: Attachment, details: HitDetails): void {
    if (this.isMuted && attachment.kind === "breakpoint") return;
    if (!this.#stops(attachment)) return;
    this.#note(attachment, details);
    if (attachment.stepper === undefined) this.#emulator.stop(`${attachment.kind} ${attachment.number}`);
  }

  #note(attachment: Attachment, details: HitDetails): void {
    this.#hits.push({ attachment, title: attachment.title, details });
  }

  /** Counts a hit. @returns Whether it stops the guest this time. */
  #stops(attachment: Attachment): boolean {
    if (attachment.condition !== undefined && !attachment.condition.holds()) return false;
    attachment.hits++;
    if (attachment.ignore === 0) return true;
    attachment.ignore--;
    return false;
  }

  /** The breakpoints where the guest has come to, by a step or because something else stopped it, counted as hit. */
  arriveAt(address: bigint): void {
    for (const breakpoint of this.breakpointsAt(address)) {
      const isNoted = this.#hits.some(({ attachment }) => attachment === breakpoint);
      if (!isNoted && this.#stops(breakpoint)) this.#note(breakpoint, []);
    }
  }

  /** The attachment that stopped the guest, left for {@linkcode Attachments.takeHits}. */
  peekHit(): Attachment | undefined {
    return this.#hits[0]?.attachment;
  }

  /** What stopped the guest; temporary ones are deleted, those that have stopped often enough disabled. */
  takeHits(): readonly Hit[] {
    const hits = this.#hits;
    this.#hits = [];
    for (const { attachment } of hits) {
      if (attachment.stopsLeft !== undefined && --attachment.stopsLeft === 0) {
        attachment.stopsLeft = undefined;
        attachment.disable();
      }
      if (attachment.disposition === "dis") attachment.disable();
      if (attachment.disposition === "del") attachment.detach();
    }
    return hits;
  }
}

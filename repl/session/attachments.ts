/** All breakpoints and closures of a session, by number; they are attached again to each new run of the guest. */

import type { Emulator, GuestContext, Location } from "../../mod.ts";
import { UnknownImageError, UnknownSymbolError } from "../../mod.ts";
import { Attachment, type Condition } from "./attachment.ts";

/** Breakpoints and closures. */
export class Attachments {
  readonly #list: Attachment[] = [];
  #emulator: Emulator;
  #next = 1;
  /** While the instruction at the program counter is stepped over, its breakpoints do not stop. */
  isMuted = false;
  /** The breakpoint that stopped the guest last, until it is taken. */
  #hit: Attachment | undefined;

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

  /** Attaches all to a new run. */
  moveTo(emulator: Emulator): void {
    this.#emulator = emulator;
    this.#hit = undefined;
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
    const breakpoint = this.#add("breakpoint", location, isTemporary, (_cpu, self) => this.#arrive(self), false);
    breakpoint.condition = condition;
    return breakpoint;
  }

  /** Attaches a closure. @throws {UnknownSymbolError} As {@linkcode Attachments.addBreakpoint}. */
  addHook(
    location: Location,
    closure: (cpu: GuestContext, hook: Attachment) => unknown,
    pending: boolean,
  ): Attachment {
    return this.#add("hook", location, false, (cpu, self) => {
      self.hits++;
      return closure(cpu, self);
    }, pending);
  }

  #add(
    kind: Attachment["kind"],
    location: Location,
    isTemporary: boolean,
    react: Attachment["react"],
    pending: boolean,
  ): Attachment {
    const attachment = new Attachment(
      this.#next,
      kind,
      location,
      isTemporary,
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

  /** Enabled breakpoints at an address. */
  breakpointsAt(address: bigint): Attachment[] {
    return this.#list.filter((each) =>
      each.kind === "breakpoint" && each.isEnabled && each.addresses.includes(address)
    );
  }

  #arrive(breakpoint: Attachment): void {
    if (this.isMuted || !this.#stops(breakpoint)) return;
    this.#hit ??= breakpoint;
    this.#emulator.stop(`breakpoint ${breakpoint.number}`);
  }

  /** Counts a hit of a breakpoint. @returns Whether it stops the guest this time. */
  #stops(breakpoint: Attachment): boolean {
    if (breakpoint.condition !== undefined && !breakpoint.condition.holds()) return false;
    breakpoint.hits++;
    if (breakpoint.ignore === 0) return true;
    breakpoint.ignore--;
    return false;
  }

  /** The breakpoint that a step came to, counted as hit. */
  arriveByStep(address: bigint): void {
    for (const breakpoint of this.breakpointsAt(address)) {
      if (this.#stops(breakpoint)) this.#hit ??= breakpoint;
    }
  }

  /** The breakpoint that stopped the guest, left for {@linkcode Attachments.takeHit}. */
  peekHit(): Attachment | undefined {
    return this.#hit;
  }

  /** The breakpoint that stopped the guest; a temporary one is deleted. */
  takeHit(): Attachment | undefined {
    const hit = this.#hit;
    this.#hit = undefined;
    if (hit?.isTemporary) hit.detach();
    return hit;
  }
}

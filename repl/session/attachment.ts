/**
 * Something a person attached: a breakpoint, a watchpoint, a catchpoint or a closure. It has a number, and stays when
 * the guest is run again.
 *
 * What the engine attaches belongs to one run; the target makes it anew for each.
 */

import type { Emulator, GuestContext } from "../../mod.ts";

/** When an attachment stops. */
export interface Condition {
  readonly text: string;
  readonly holds: () => unknown;
}

/** What there is to say of a hit, beside the attachment's number; lines. */
export type HitDetails = readonly string[];

/** What must be asked before and after each instruction. */
export interface Stepper {
  before(): void;
  after(): void;
}

/** What is attached in one run. */
export interface Attached {
  /** The guest addresses that it is attached to now. */
  readonly addresses: readonly bigint[];
  /** Whether it waits for its location to be mapped. */
  readonly isPending: boolean;
  /** Set if it must be asked at each instruction. */
  readonly stepper?: Stepper;
  enable(): void;
  disable(): void;
  detach(): void;
}

/** What something is attached to, over all runs. */
export interface Target {
  readonly kind: "breakpoint" | "watchpoint" | "catchpoint" | "hook";
  /** gdb's word for it in `info breakpoints`, such as `read watchpoint`. */
  readonly type: string;
  /** Where it is, as given. */
  readonly where: string;
  /** What is typed to make it again, without its condition; empty if it cannot be. See session/saved.ts. */
  readonly source: string;
  /**
   * Attaches it to a guest.
   *
   * @param hit Called at each hit; a promise that it returns holds the guest.
   * @param pending Whether a name that is unknown now may become known.
   * @throws {UnknownSymbolError} If a name is unknown, and `pending` is false.
   */
  attach(emulator: Emulator, hit: (cpu: GuestContext, details?: HitDetails) => unknown, pending: boolean): Attached;
}

/** What happens to an attachment that stopped the guest: as `Disp` of gdb's `info breakpoints`. */
export type Disposition = "keep" | "dis" | "del";

/** What an attachment does when it is hit. */
export type Reaction = (cpu: GuestContext, attachment: Attachment, details: HitDetails) => unknown;

/** A breakpoint, watchpoint, catchpoint or closure. */
export class Attachment implements Disposable {
  /** How often it was hit. */
  hits = 0;
  /** How many hits it lets pass before it stops. */
  ignore = 0;
  /** When it stops; always, without one. */
  condition: Condition | undefined;
  /** What is typed for the user when it has stopped the guest: commands or TypeScript. */
  commands: readonly string[] = [];
  /** What becomes of it when it has stopped the guest. */
  disposition: Disposition = "keep";
  /** How often it stops before it is disabled; without end, if undefined. */
  stopsLeft: number | undefined;
  #attached: Attached | undefined;
  #isEnabled = true;

  constructor(
    readonly number: number,
    readonly target: Target,
    readonly react: Reaction,
    readonly onDetach: (attachment: Attachment) => void,
  ) {}

  /** Attaches it to a guest that is new. @throws {UnknownSymbolError} If the name is unknown, and `pending` is false. */
  attach(emulator: Emulator, pending: boolean): void {
    this.#attached = this.target.attach(emulator, (cpu, details = []) => this.react(cpu, this, details), pending);
    if (!this.#isEnabled) this.#attached.disable();
  }

  /** Whether it stops the guest or calls a closure, and at what. */
  get kind(): Target["kind"] {
    return this.target.kind;
  }

  /** Whether it goes once it has stopped the guest. */
  get isTemporary(): boolean {
    return this.disposition === "del";
  }

  /** Where it was attached, as given. */
  get where(): string {
    return this.target.where;
  }

  /** What messages call it: `Temporary breakpoint 2`. */
  get title(): string {
    const kind = this.isTemporary ? `temporary ${this.kind}` : this.kind;
    return `${kind[0].toUpperCase()}${kind.slice(1)} ${this.number}`;
  }

  /** The guest addresses that it is attached to now. */
  get addresses(): readonly bigint[] {
    return this.#attached?.addresses ?? [];
  }

  /** Set if it must be asked at each instruction. */
  get stepper(): Stepper | undefined {
    return this.#attached?.stepper;
  }

  /** Whether it waits for its location to be mapped. */
  get isPending(): boolean {
    return this.#attached?.isPending ?? true;
  }

  /** Whether it is called. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Has it called again. */
  enable(): void {
    this.#isEnabled = true;
    this.#attached?.enable();
  }

  /** Has it not called until it is enabled. */
  disable(): void {
    this.#isEnabled = false;
    this.#attached?.disable();
  }

  /** Takes it away for good. */
  detach(): void {
    this.#isEnabled = false;
    this.#attached?.detach();
    this.onDetach(this);
  }

  /** Detaches at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.detach();
  }
}

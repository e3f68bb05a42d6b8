/**
 * Something a person attached, a breakpoint or a closure: it has a number, and stays when the guest is run again.
 *
 * The engine's own hook belongs to one run; this makes a new one for each.
 */

import type { Emulator, GuestContext, Hook, Location } from "../../mod.ts";

/** When a breakpoint stops. */
export interface Condition {
  readonly text: string;
  readonly holds: () => unknown;
}

/** What an attachment does when the guest comes to it. */
export type Reaction = (cpu: GuestContext, attachment: Attachment) => unknown;

/** A breakpoint or a closure. */
export class Attachment implements Disposable {
  /** How often it was called. */
  hits = 0;
  /** How many hits a breakpoint lets pass before it stops. */
  ignore = 0;
  /** When a breakpoint stops; always, without one. */
  condition: Condition | undefined;
  #hook: Hook | undefined;
  #isEnabled = true;

  constructor(
    readonly number: number,
    readonly kind: "breakpoint" | "hook",
    readonly location: Location,
    readonly isTemporary: boolean,
    readonly react: Reaction,
    readonly onDetach: (attachment: Attachment) => void,
  ) {}

  /** Attaches it to a guest that is new. @throws {UnknownSymbolError} If the name is unknown, and `pending` is false. */
  attach(emulator: Emulator, pending: boolean): void {
    this.#hook = emulator.hook(this.location, (cpu) => this.react(cpu, this), { pending });
    if (!this.#isEnabled) this.#hook.disable();
  }

  /** Where it was attached, as given. */
  get where(): string {
    return this.#hook?.where ?? String(this.location);
  }

  /** The guest addresses that it is attached to now. */
  get addresses(): readonly bigint[] {
    return this.#hook?.addresses ?? [];
  }

  /** Whether it waits for its location to be mapped. */
  get isPending(): boolean {
    return this.#hook?.isPending ?? true;
  }

  /** Whether it is called. */
  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  /** Has it called again. */
  enable(): void {
    this.#isEnabled = true;
    this.#hook?.enable();
  }

  /** Has it not called until it is enabled. */
  disable(): void {
    this.#isEnabled = false;
    this.#hook?.disable();
  }

  /** Takes it away for good. */
  detach(): void {
    this.#isEnabled = false;
    this.#hook?.detach();
    this.onDetach(this);
  }

  /** Detaches at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.detach();
  }
}

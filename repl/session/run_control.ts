/**
 * Ways to have the guest go on: over the breakpoint it stands at, by instructions, over calls, to a place, to the
 * caller. Each ends with a stop reason and shows nothing.
 */

import type { StopReason } from "../../mod.ts";
import { returnPlace } from "./frames.ts";
import type { Session } from "./session.ts";

/** Runs the guest of a session. */
export class RunControl {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Runs until something stops the guest; breakpoints where it stands do not. */
  async continue(): Promise<StopReason> {
    const { emulator, attachments } = this.#session;
    if (attachments.breakpointsAt(emulator.cpu.pc).length > 0) {
      const reason = await this.#stepOnce();
      if (reason.kind !== "stepped") return reason;
      attachments.arriveByStep(reason.pc);
      const hit = attachments.peekHit();
      if (hit !== undefined) return { kind: "stopped", pc: reason.pc, why: `breakpoint ${hit.number}` };
    }
    return await emulator.run();
  }

  /** Executes one instruction, past the breakpoints at it. */
  async #stepOnce(): Promise<StopReason> {
    const { emulator, attachments } = this.#session;
    attachments.isMuted = true;
    try {
      return await emulator.step(1);
    } finally {
      attachments.isMuted = false;
    }
  }

  /** Executes instructions; a breakpoint stops it early. */
  step(count: number): Promise<StopReason> {
    return this.#repeat(count, () => this.#stepOnce());
  }

  /** Executes instructions, calls as one. */
  next(count: number): Promise<StopReason> {
    return this.#repeat(count, () => this.#nextOnce());
  }

  async #repeat(count: number, once: () => Promise<StopReason>): Promise<StopReason> {
    const { attachments, emulator } = this.#session;
    for (let done = 0; done < count; done++) {
      const reason = await once();
      if (reason.kind !== "stepped") return reason;
      attachments.arriveByStep(reason.pc);
      const hit = attachments.peekHit();
      if (hit !== undefined) return { kind: "stopped", pc: reason.pc, why: `breakpoint ${hit.number}` };
    }
    return { kind: "stepped", pc: emulator.cpu.pc };
  }

  async #nextOnce(): Promise<StopReason> {
    const { cpu } = this.#session.emulator;
    const { instruction, sp } = cpu;
    if (!instruction?.mnemonic.startsWith("call")) return await this.#stepOnce();
    return await this.to([instruction.address + BigInt(instruction.size)], (now) => now >= sp);
  }

  /**
   * Runs until one of some addresses is reached.
   *
   * @param holds Asked there whether the stack pointer is as it must be: a recursion comes by the same address.
   * @returns `stepped` if it got there.
   */
  async to(addresses: readonly bigint[], holds: (sp: bigint) => boolean = () => true): Promise<StopReason> {
    const { emulator } = this.#session;
    let isThere = false;
    const hooks = addresses.map((address) =>
      emulator.hook(address, (cpu) => {
        if (this.#session.attachments.isMuted || !holds(cpu.sp)) return;
        isThere = true;
        emulator.stop("there");
      })
    );
    try {
      const reason = await this.continue();
      const { pc } = emulator.cpu;
      if (reason.kind === "stepped") return reason;
      const isOurs = isThere && reason.kind === "stopped" && this.#session.attachments.peekHit() === undefined;
      return isOurs ? { kind: "stepped", pc } : reason;
    } finally {
      for (const hook of hooks) hook.detach();
    }
  }

  /** Runs until the function at hand has returned to its caller. */
  async finish(): Promise<StopReason> {
    const { emulator } = this.#session;
    const place = returnPlace(emulator);
    if (place !== undefined) return await this.to([place.address], (sp) => sp > place.sp);
    for (;;) {
      const isReturn = /^(?:bnd )?ret/.test(emulator.cpu.instruction?.mnemonic ?? "");
      const reason = await this.next(1);
      if (reason.kind !== "stepped" || isReturn) return reason;
    }
  }
}

/**
 * Ways to have the guest go on: over the breakpoint it stands at, by instructions or source lines, over calls, to a
 * place, to the caller. Each ends with a stop reason and shows nothing.
 */

import type { StopReason } from "../../mod.ts";
import { returnPlace } from "./frames.ts";
import type { Session } from "./session.ts";

/** How long steps go on before others get a turn. */
const TURN_MILLISECONDS = 20;

/** Executes once; `stepped` means that more may follow. */
type Once = () => Promise<StopReason>;

/** Runs the guest of a session. */
export class RunControl {
  readonly #session: Session;
  #isInterrupted = false;
  #depth = 0;
  #turnEnd = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the guest is being run. */
  get isBusy(): boolean {
    return this.#depth > 0;
  }

  /** Stops the guest as soon as possible. */
  interrupt(): void {
    if (this.isBusy) this.#isInterrupted = true;
    this.#session.emulator.interrupt();
  }

  async #busy(work: Once): Promise<StopReason> {
    if (this.#depth === 0) this.#isInterrupted = false;
    this.#depth++;
    try {
      return await work();
    } finally {
      this.#depth--;
    }
  }

  /** Runs until something stops the guest; breakpoints where it stands do not. */
  continue(): Promise<StopReason> {
    return this.#busy(async () => {
      const { emulator, attachments } = this.#session;
      if (attachments.breakpointsAt(emulator.cpu.pc).length > 0) {
        const reason = await this.#arrived(() => this.#stepOnce());
        if (reason.kind !== "stepped") return reason;
      }
      return await this.go();
    });
  }

  /** Runs until something stops the guest; breakpoints where it stands do, too. */
  go(): Promise<StopReason> {
    return this.#busy(async () => {
      const { emulator, attachments } = this.#session;
      while (attachments.steppers.length > 0) {
        const reason = await this.#step();
        if (reason.kind !== "stepped") return reason;
        await this.#turn();
        if (this.#isInterrupted) return { kind: "interrupted", pc: reason.pc };
      }
      return await emulator.run();
    });
  }

  /** Executes one instruction, and has registers compared that are watched. */
  async #step(): Promise<StopReason> {
    const { emulator, attachments } = this.#session;
    const { steppers } = attachments;
    if (steppers.length === 0) return await emulator.step(1);
    for (const each of steppers) each.before();
    const reason = await emulator.step(1);
    for (const each of steppers) each.after();
    return reason.kind === "stepped" ? attachments.stopAfterStep(reason) : reason;
  }

  /** Executes one instruction, past the breakpoints at it. */
  async #stepOnce(): Promise<StopReason> {
    const { attachments } = this.#session;
    attachments.isMuted = true;
    try {
      return await this.#step();
    } finally {
      attachments.isMuted = false;
    }
  }

  /** Lets others have a turn from time to time. */
  async #turn(): Promise<void> {
    if (performance.now() <= this.#turnEnd) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#turnEnd = performance.now() + TURN_MILLISECONDS;
  }

  /** Does one step; a breakpoint where it ends, and Ctrl-C, make more of it. */
  async #arrived(once: Once): Promise<StopReason> {
    const { attachments } = this.#session;
    const reason = await once();
    if (reason.kind !== "stepped") return reason;
    attachments.arriveAt(reason.pc);
    const hit = attachments.peekHit();
    if (hit !== undefined) return { kind: "stopped", pc: reason.pc, why: `breakpoint ${hit.number}` };
    await this.#turn();
    return this.#isInterrupted ? { kind: "interrupted", pc: reason.pc } : reason;
  }

  /** Executes instructions; a breakpoint stops it early. @param isOver Whether a call counts as one instruction. */
  instructions(count: number, isOver: boolean): Promise<StopReason> {
    return this.#repeat(count, () => isOver ? this.#over() : this.#stepOnce());
  }

  /** Executes source lines; where none are known, instructions. @param isOver Whether calls are not entered. */
  lines(count: number, isOver: boolean): Promise<StopReason> {
    return this.#repeat(count, () => this.#line(isOver));
  }

  #repeat(count: number, once: Once): Promise<StopReason> {
    return this.#busy(async () => {
      for (let done = 0; done < count; done++) {
        const reason = await this.#arrived(once);
        if (reason.kind !== "stepped") return reason;
      }
      return { kind: "stepped", pc: this.#session.emulator.cpu.pc };
    });
  }

  /** One instruction, or a whole call. */
  async #over(): Promise<StopReason> {
    const { instruction, sp } = this.#session.emulator.cpu;
    if (!instruction?.mnemonic.startsWith("call")) return await this.#stepOnce();
    return await this.to([instruction.address + BigInt(instruction.size)], (now) => now >= sp);
  }

  /** To the beginning of another line. A call is entered if lines of the function are known. */
  async #line(isOver: boolean): Promise<StopReason> {
    const { emulator } = this.#session;
    const start = emulator.symbols.lineAt(emulator.cpu.pc);
    if (start === undefined) return isOver ? await this.#over() : await this.#stepOnce();
    for (;;) {
      const isCall = emulator.cpu.instruction?.mnemonic.startsWith("call") ?? false;
      const reason = await this.#arrived(() => isOver ? this.#over() : this.#stepOnce());
      if (reason.kind !== "stepped") return reason;
      const line = emulator.symbols.lineAt(reason.pc);
      if (line === undefined && isCall) {
        const returned = await this.#arrived(() => this.finish());
        if (returned.kind !== "stepped") return returned;
        continue;
      }
      if (line === undefined) return reason;
      const isOther = line.line !== start.line || line.file !== start.file;
      if (line.address === reason.pc && isOther || isCall && !isOver) return reason;
    }
  }

  /**
   * Runs on until the code at hand is left behind: to a later line, or instruction where no lines are known, of the same
   * function, or to its caller. Loops go on.
   */
  past(): Promise<StopReason> {
    return this.#busy(async () => {
      const { emulator } = this.#session;
      const start = emulator.cpu.pc;
      const symbol = emulator.symbols.at(start);
      const back = returnPlace(emulator);
      for (;;) {
        const reason = await this.#arrived(() => this.#line(true));
        if (reason.kind !== "stepped") return reason;
        const isSame = emulator.symbols.at(reason.pc)?.address === symbol?.address;
        const hasReturned = back !== undefined && emulator.cpu.sp >= back.sp;
        if (!isSame || reason.pc > start || hasReturned) return reason;
      }
    });
  }

  /**
   * Runs until the thread at hand reaches one of some addresses.
   *
   * @param holds Asked there whether the stack pointer is as it must be: a recursion comes by the same address.
   * @returns `stepped` if it got there.
   */
  async to(addresses: readonly bigint[], holds: (sp: bigint) => boolean = () => true): Promise<StopReason> {
    const { emulator, attachments } = this.#session;
    const { thread } = emulator.cpu;
    let isThere = false;
    const hooks = addresses.map((address) =>
      emulator.hook(address, (cpu) => {
        if (attachments.isMuted || cpu.thread !== thread || !holds(cpu.sp)) return;
        isThere = true;
        emulator.stop("there");
      })
    );
    try {
      const start = emulator.cpu.pc;
      // A place where the guest stands is reached when it comes back there.
      const first = addresses.includes(start) ? await this.#busy(() => this.#stepOnce()) : undefined;
      if (first !== undefined && first.kind !== "stepped") return first;
      const reason = await this.continue();
      const isOurs = isThere && reason.kind === "stopped" && attachments.peekHit() === undefined;
      return isOurs ? { kind: "stepped", pc: emulator.cpu.pc } : reason;
    } finally {
      for (const hook of hooks) hook.detach();
    }
  }

  /** Runs until the function at hand, or one that called it, has returned to its caller. @param level Its frame. */
  finish(level = 0): Promise<StopReason> {
    return this.#busy(async () => {
      const { emulator } = this.#session;
      const place = returnPlace(emulator, level);
      if (place !== undefined) return await this.to([place.address], (sp) => sp >= place.sp);
      for (;;) {
        const isReturn = /^(?:bnd )?ret/.test(emulator.cpu.instruction?.mnemonic ?? "");
        const reason = await this.#arrived(() => this.#over());
        if (reason.kind !== "stepped" || isReturn) return reason;
      }
    });
  }
}

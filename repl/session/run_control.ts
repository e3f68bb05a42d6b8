/**
 * Ways to have the guest go on: over the breakpoint it stands at, by instructions or source lines, over calls, to a
 * place, to the caller. Each ends with a stop reason and shows nothing.
 */

import type { StopReason } from "../../mod.ts";
import { type ReturnPlace, returnPlace } from "./frames.ts";
import { boundFunction, stubSlot } from "./stub_slot.ts";
import { type InlinedPlace, lineOf, placeAtHand, wayOn } from "./inlined_place.ts";
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
  /** Where a step has ended; it means nothing elsewhere, and after anything else has run. */
  #place: InlinedPlace | undefined;

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

  async #busy(work: Once, isOfLines = false): Promise<StopReason> {
    if (this.#depth === 0) this.#isInterrupted = false;
    if (this.#depth === 0 && !isOfLines) this.#place = undefined;
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
    return this.#repeat(count, () => this.#line(isOver), true);
  }

  #repeat(count: number, once: Once, isOfLines = false): Promise<StopReason> {
    return this.#busy(async () => {
      for (let done = 0; done < count; done++) {
        const reason = await this.#arrived(once);
        if (reason.kind !== "stepped") return reason;
      }
      return { kind: "stepped", pc: this.#session.emulator.cpu.pc };
    }, isOfLines);
  }

  /** One instruction, or a whole call. */
  async #over(): Promise<StopReason> {
    const { instruction, sp } = this.#session.emulator.cpu;
    if (!instruction?.mnemonic.startsWith("call")) return await this.#stepOnce();
    return await this.to([instruction.address + BigInt(instruction.size)], (now) => now >= sp);
  }

  /** To the beginning of another line. A call is entered if lines of the function are known; so is an inlined one. */
  async #line(isOver: boolean): Promise<StopReason> {
    const start = this.#shown();
    if (lineOf(start) === undefined) return isOver ? await this.#over() : await this.#stepOnce();
    if (!isOver && start.hidden > 0) return this.#reached({ ...start, hidden: start.hidden - 1 });
    return await this.#leaveLine(start, isOver);
  }

  /** To the beginning of another line than that of a place, in its calls or in what they return to. */
  async #leaveLine(place: InlinedPlace, isOver: boolean): Promise<StopReason> {
    const { emulator } = this.#session;
    let start = place;
    for (;;) {
      const isCall = !isOver && (emulator.cpu.instruction?.mnemonic.startsWith("call") ?? false);
      const reason = await this.#arrived(() => isOver ? this.#over() : this.#stepOnce());
      if (reason.kind !== "stepped") return reason;
      if (isCall) {
        const entered = await this.#enter();
        if (entered !== undefined) return entered;
      }
      const { pc } = emulator.cpu;
      const row = emulator.symbols.statementAt(pc);
      if (row !== undefined && row === start.row && row.address !== pc) continue;
      const here = placeAtHand(emulator, true);
      if (row === undefined) return this.#reached(here);
      const way = wayOn(start, here, isOver);
      if (way === "stop") return this.#reached(here);
      if (way === "enter") return this.#reached({ ...here, hidden: here.hidden - 1 });
      if (way === "renew") start = here;
      // Between calls a row that is no statement has a line that means nothing.
      if (way === "forget") start = { ...here, row: undefined };
    }
  }

  /**
   * From the start of what was called, a stub or the function itself, to where the function's own code begins.
   *
   * @returns Undefined if no lines are known of it: then it has returned.
   */
  async #enter(): Promise<StopReason | undefined> {
    const { emulator } = this.#session;
    const [back, slot] = [returnPlace(emulator), stubSlot(emulator)];
    let target: bigint | undefined = emulator.cpu.pc;
    if (slot !== undefined && back !== undefined) {
      target = boundFunction(emulator, slot);
      if (target === undefined) {
        const reason = await this.#arrived(() => this.#untilWritten(slot, back));
        if (reason.kind !== "stepped") return reason;
        target = boundFunction(emulator, slot);
      }
    }
    const isKnown = target !== undefined && emulator.symbols.statementAt(target) !== undefined;
    if (isKnown && target === emulator.cpu.pc) return await this.#toBody();
    if (back === undefined) return stopOf(await this.#arrived(() => this.#return()));
    // The return address is still on the stack where the function begins.
    const places = isKnown && target !== undefined ? [target, back.address] : [back.address];
    const reason = await this.#arrived(() => this.to(places, (sp) => sp >= back.sp - (isKnown ? 8n : 0n)));
    return isKnown && reason.kind === "stepped" && reason.pc === target ? await this.#toBody() : stopOf(reason);
  }

  /** Until the dynamic linker has chosen a function, or the call has returned. */
  async #untilWritten(slot: bigint, back: ReturnPlace): Promise<StopReason> {
    const { emulator } = this.#session;
    let isWritten = false;
    const watch = emulator.watch(slot, 8, () => {
      isWritten = true;
      emulator.stop("bound");
    });
    try {
      const reason = await this.to([back.address], (sp) => sp >= back.sp);
      return isWritten && reason.kind === "stopped" ? { kind: "stepped", pc: emulator.cpu.pc } : reason;
    } finally {
      watch.detach();
    }
  }

  /** To where the code of the function begins that was just entered. */
  async #toBody(): Promise<StopReason> {
    const { emulator } = this.#session;
    const body = emulator.symbols.bodyOf(emulator.cpu.pc);
    const reason = body === emulator.cpu.pc ? undefined : await this.to([body]);
    return reason === undefined || reason.kind === "stepped" ? this.#reached(placeAtHand(emulator, true)) : reason;
  }

  /** The place at hand as it is shown: as it was reached, or inside all calls. */
  #shown(): InlinedPlace {
    const { emulator } = this.#session;
    return this.#place?.pc === emulator.cpu.pc ? this.#place : placeAtHand(emulator, false);
  }

  #reached(place: InlinedPlace): StopReason {
    this.#place = place;
    return { kind: "stepped", pc: place.pc };
  }

  /** How many of the inlined calls that begin where the guest stands are not entered yet. */
  get hidden(): number {
    return this.#place?.pc === this.#session.emulator.cpu.pc ? this.#place.hidden : 0;
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
    }, true);
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
    return this.#busy(() => this.#return(level));
  }

  /** Runs until inlined calls are left behind. @param count How many, the innermost first. */
  leaveInlined(count: number): Promise<StopReason> {
    const { calls, ...start } = this.#shown();
    const outer = { ...start, calls: calls.slice(0, calls.length - start.hidden - count), hidden: 0, row: undefined };
    return this.#busy(() => this.#leaveLine(outer, true));
  }

  /** Runs until a function has returned. */
  async #return(level = 0): Promise<StopReason> {
    const { emulator } = this.#session;
    const place = returnPlace(emulator, level);
    if (place !== undefined) return await this.to([place.address], (sp) => sp >= place.sp);
    for (;;) {
      const isReturn = /^(?:bnd )?ret/.test(emulator.cpu.instruction?.mnemonic ?? "");
      const reason = await this.#arrived(() => this.#over());
      if (reason.kind !== "stepped" || isReturn) return reason;
    }
  }
}

/** What ends a step; undefined for what is only a part of one. */
function stopOf(reason: StopReason): StopReason | undefined {
  return reason.kind === "stepped" ? undefined : reason;
}

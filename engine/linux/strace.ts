/** Shows system calls and signals as strace(1) does, from the rows of the table. Leaves out times and structures. */

import { errnoName } from "./abi/errno.ts";
import { ERROR_TEXTS } from "./abi/error_texts.ts";
import type { SyscallCall, SyscallObserver } from "./observers.ts";
import { signalText } from "./signals/siginfo.ts";

/**
 * An observer that writes a line for each call and signal.
 *
 * @param write Takes a line, without its end.
 */
export function strace(write: (line: string) => void): SyscallObserver {
  let entered: readonly (string | undefined)[] = [];
  return {
    entered(call) {
      entered = argumentTexts(call, false);
    },
    left(call) {
      const texts = argumentTexts(call, true).map((text, index) => entered[index] ?? text);
      const result = call.process.ending === undefined ? resultText(call.result ?? 0) : "?";
      const list = call.row === undefined ? "..." : texts.filter((text) => text !== undefined).join(", ");
      write(`${call.name}(${list}) = ${result}`);
    },
    signalled: (info) => write(signalText(info)),
  };
}

/** Texts of the arguments that can be shown before, or only after the call. */
function argumentTexts(call: SyscallCall, after: boolean): (string | undefined)[] {
  const { process, registers, result } = call;
  const shown = { process, registers, result: result === undefined ? undefined : BigInt(result) };
  return (call.row?.parameters ?? []).map(({ parameter }, index) =>
    (parameter.isOutput ?? false) === after ? parameter.show(registers[index], shown) : undefined
  );
}

function resultText(result: number | bigint): string {
  if (result < 0 && result > -4096) {
    const number = -Number(result);
    return `-1 ${errnoName(number)} (${ERROR_TEXTS[number] ?? "Unknown error"})`;
  }
  return result > 0xffff_ffffn ? `0x${result.toString(16)}` : String(result);
}

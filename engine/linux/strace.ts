/** Shows system calls and signals as strace(1) does, from the rows of the table. Leaves out times and structures. */

import { errnoName } from "./abi/errno.ts";
import { ERROR_TEXTS } from "./abi/error_texts.ts";
import type { SyscallCall, SyscallObserver } from "./observers.ts";
import { signalText } from "./signals/siginfo.ts";
import type { Thread } from "./threads.ts";

/** Calls whose result is an address, written in hexadecimal. */
const ADDRESSES: ReadonlySet<string> = new Set(["brk", "mmap", "mremap", "shmat"]);

/**
 * An observer that writes a line for each call and signal.
 *
 * @param write Takes a line, without its end.
 */
export function strace(write: (line: string) => void): SyscallObserver {
  const entered = new Map<Thread, readonly (string | undefined)[]>();
  return {
    entered(call) {
      entered.set(call.thread, argumentTexts(call, false));
    },
    left(call) {
      const before = entered.get(call.thread);
      entered.delete(call.thread);
      const texts = argumentTexts(call, true).map((text, index) => before?.[index] ?? text);
      const isOver = call.process.ending !== undefined || call.name === "exit";
      const result = isOver ? "?" : resultText(call.result ?? 0, ADDRESSES.has(call.name));
      const list = call.row === undefined ? "..." : texts.filter((text) => text !== undefined).join(", ");
      const prefix = call.process.table.hasSeveral ? `[pid ${call.thread.tid}] ` : "";
      write(`${prefix}${call.name}(${list}) = ${result}`);
    },
    signalled: (info, { table, thread }) => {
      write(`${table.hasSeveral ? `[pid ${thread.tid}] ` : ""}${signalText(info)}`);
    },
    followsAll: true,
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

function resultText(result: number | bigint, isAddress: boolean): string {
  if (result < 0 && result > -4096) {
    const number = -Number(result);
    return `-1 ${errnoName(number)} (${ERROR_TEXTS[number] ?? "Unknown error"})`;
  }
  return isAddress ? `0x${result.toString(16)}` : String(result);
}

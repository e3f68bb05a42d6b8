/**
 * What reaches the process from outside while a session lasts: Ctrl-C, requests to end, rejections nobody handles, and
 * what the user's closures write.
 */

import { format } from "node:util";
import type { Session } from "../session/session.ts";
import type { Plain } from "./plain.ts";
import type { Terminal } from "./terminal.ts";

const [TERMINATED, HUNG_UP] = [128 + 15, 128 + 1];
const LEVELS = ["log", "info", "debug", "warn", "error"] as const;

/** Listens until it is disposed of. */
export function watchProcess(session: Session, console_: Terminal | Plain): Disposable {
  // Only while the terminal is not raw; at the prompt Ctrl-C is a key.
  const onInterrupt = () => {
    session.evaluator.acknowledgeInterrupt();
    if (session.leaveView !== undefined) session.leaveView();
    else if (session.isRunning && !session.isInBackground && !session.isVisited) session.interrupt();
    else if (session.evaluator.isBusy) session.evaluator.abandon();
    else if ("cancel" in console_) console_.cancel();
  };
  const end = (status: number) => {
    console_.close();
    Deno.exit(status);
  };
  const onTerminate = () => end(TERMINATED);
  const onHangUp = () => end(HUNG_UP);
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    session.out.print(session.out.style.red("A promise was rejected, and nothing handled it:"));
    session.showError(event.reason);
  };
  const consoles = LEVELS.map((level) => [level, console[level]] as const);
  for (const level of LEVELS) {
    console[level] = (...values: unknown[]) => session.out.print(format(...values).split("\n"));
  }
  Deno.addSignalListener("SIGINT", onInterrupt);
  Deno.addSignalListener("SIGTERM", onTerminate);
  Deno.addSignalListener("SIGHUP", onHangUp);
  globalThis.addEventListener("unhandledrejection", onRejection);
  return {
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGINT", onInterrupt);
      Deno.removeSignalListener("SIGTERM", onTerminate);
      Deno.removeSignalListener("SIGHUP", onHangUp);
      globalThis.removeEventListener("unhandledrejection", onRejection);
      for (const [level, write] of consoles) console[level] = write;
    },
  };
}

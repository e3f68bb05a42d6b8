/**
 * Asks a person at the terminal whether the guest may do something. The guest and all else stand still until the answer:
 * nothing else of a guest may happen between its call and its result.
 */

import type { PermissionAnswer, PermissionRequest } from "../../mod.ts";
import { describeRequest } from "../views/permissions.ts";

const ANSWERS: Readonly<Record<string, PermissionAnswer>> = { y: "allow", a: "always", n: "deny" };
const WORDS: Readonly<Record<PermissionAnswer, string>> = {
  allow: "allowed",
  always: "always allowed",
  deny: "denied",
};
const [CTRL_C, CTRL_D, ESCAPE] = ["\x03", "\x04", "\x1b"];
const ALL: Readonly<Record<PermissionRequest["kind"], string>> = {
  read: "everything",
  write: "all writing",
  net: "the whole network",
  run: "all programs",
};

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
}

/** Asks, and waits for one of the keys. Ctrl-C is no, and an interruption of the guest as well. */
export function ask(request: PermissionRequest): PermissionAnswer {
  let terminal: Deno.FsFile;
  try {
    terminal = Deno.openSync("/dev/tty", { read: true, write: true });
  } catch (error) {
    if (error instanceof Error) return "deny"; // no controlling terminal: nobody can answer
    throw error;
  }
  using _ = terminal;
  const write = (text: string) => void terminal.writeSync(new TextEncoder().encode(text));
  write(`ceratops: may the guest ${describeRequest(request)}? [y: yes, a: ${ALL[request.kind]}, n: no] `);
  terminal.setRaw(true);
  try {
    const answer = readAnswer(terminal);
    write(`${WORDS[answer]}\r\n`);
    return answer;
  } finally {
    terminal.setRaw(false);
  }
}

function readAnswer(terminal: Deno.FsFile): PermissionAnswer {
  const bytes = new Uint8Array(1);
  for (;;) {
    const count = terminal.readSync(bytes);
    const key = count === null ? CTRL_D : String.fromCharCode(bytes[0]).toLowerCase();
    if (key === CTRL_C) Deno.kill(Deno.pid, "SIGINT");
    if (key === CTRL_C || key === CTRL_D || key === ESCAPE) return "deny";
    const answer = ANSWERS[key];
    if (answer !== undefined) return answer;
  }
}

/**
 * A session as lines that can be typed at the prompt: what is attached, shown and set. That is the format of session
 * files, so `source` runs them, too, and people may edit them.
 *
 * Leaves out the guest's own state: where it is, its memory and registers. Variables that were declared at the prompt
 * are not saved, so closures that use some need a script.
 */

import type { Attachment } from "./attachment.ts";
import { CONTEXT_SECTIONS, ContextLayout } from "./context_layout.ts";
import { displayText } from "./displays.ts";
import { CommandError } from "./errors.ts";
import type { Session } from "./session.ts";

/** The first line of a session file. */
export const HEADING = "# Ceratops session: lines typed at the prompt. `session load FILE` starts from them.";

/** A word as `set args` reads it. */
function quoted(word: string): string {
  if (word.includes("\n")) throw new CommandError("Cannot save the arguments: one of them has a line break");
  return /^[\w./:=+-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Lines for one attachment: made, then set up by `$bpnum`, which is its number. */
function attachmentLines(each: Attachment): string[] {
  const { target: { source, kind }, condition, ignore, commands, disposition, stopsLeft, isEnabled } = each;
  if (source === "") {
    return [`# ${kind} ${each.number} at ${each.where}: attached by a script or in a way that is not saved`];
  }
  if (source.includes("[native code]")) return [`# ${kind} ${each.number} at ${each.where}: its closure has no text`];
  const mode = stopsLeft !== undefined
    ? [`enable count ${stopsLeft} $bpnum`]
    : disposition === "keep"
    ? []
    : [`enable ${disposition === "dis" ? "once" : "delete"} $bpnum`];
  return [
    ...source.split("\n"),
    ...(condition === undefined ? [] : [`condition $bpnum ${condition.text}`]),
    ...(ignore === 0 ? [] : [`ignore $bpnum ${ignore}`]),
    ...(commands.length === 0 ? [] : ["commands $bpnum", ...commands.flatMap((line) => line.split("\n")), "end"]),
    ...mode,
    ...(isEnabled ? [] : ["disable $bpnum"]),
  ];
}

function contextLines({ contextLayout: { sections, lines } }: Session): string[] {
  const initial = new ContextLayout();
  const changed = CONTEXT_SECTIONS.filter((name) => lines[name] !== initial.lines[name]);
  return [`context show ${sections.join(" ")}`, ...changed.map((name) => `context lines ${name} ${lines[name]}`)];
}

/** All lines of a session. @throws {CommandError} If something of it cannot be written. */
export function sessionLines(session: Session): string[] {
  const { args, settings, initialSettings, signals, attachments, displays, scripts } = session;
  return [
    HEADING,
    `set args ${args.map(quoted).join(" ")}`.trimEnd(),
    ...Object.entries(settings).flatMap(([name, { get }]) =>
      get() === initialSettings[name] ? [] : [`set ${name} ${get() ? "on" : "off"}`]
    ),
    ...contextLines(session),
    ...signals.changed().map(([name, { stop, print, pass }]) =>
      `handle ${name} ${print ? "print" : "noprint"} ${stop ? "stop" : "nostop"} ${pass ? "pass" : "nopass"}`
    ),
    ...scripts.list().map(({ path }) => `source ${path}`),
    ...attachments.list().flatMap(attachmentLines),
    ...displays.list().flatMap((each) => [`display${displaySuffix(displayText(each))}`]),
  ];
}

function displaySuffix(text: string): string {
  return text.startsWith("/") ? text : ` ${text}`;
}

/** Takes away what a session file would make. */
export function clearSession(session: Session): void {
  session.attachments.clear();
  for (const { path } of session.scripts.list()) session.scripts.unload(path);
  session.displays.clear();
  session.signals.reset();
}

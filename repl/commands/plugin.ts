/** `plugin`: plugins in use, their parameters and reports. */

import { PluginError, type PluginHandle, suggest } from "../../mod.ts";
import { CommandError, didYouMean } from "../session/errors.ts";
import type { Session } from "../session/session.ts";
import type { Command } from "./command.ts";

function listed({ plugin, params, isEnabled }: PluginHandle): string[] {
  const values = Object.entries(params).map(([name, value]) => `    ${name}=${value}`);
  return [`${plugin.name}${isEnabled ? "" : " (disabled)"}  ${plugin.description}`, ...values];
}

function handleOf(session: Session, name: string | undefined): PluginHandle {
  const { plugins } = session.emulator;
  const found = name === undefined && plugins.length === 1
    ? plugins[0]
    : plugins.find(({ plugin }) => plugin.name === name);
  if (found !== undefined) return found;
  if (plugins.length === 0) throw new CommandError("No plugin is in use; start with --plugin NAME");
  const names = plugins.map(({ plugin }) => plugin.name);
  throw new CommandError(
    `Which plugin? In use: ${names.join(", ")}${name === undefined ? "" : didYouMean(suggest(name, names))}`,
  );
}

function report(session: Session, handle: PluginHandle, format: string | undefined): void {
  const parts: string[] = [];
  const hasColors = session.out.style.bold("") !== "";
  handle.report({ write: (part) => void parts.push(part), hasColors }, format);
  session.out.print(parts.join("").replace(/\n$/, "").split("\n"));
}

const ACTIONS: Readonly<Record<string, (session: Session, handle: PluginHandle, value: string | undefined) => void>> = {
  enable: (_, handle) => handle.enable(),
  disable: (_, handle) => handle.disable(),
  reset: (_, handle) => handle.reset(),
  report,
  set(session, handle, value) {
    const match = /^([^=]+)=(.*)$/s.exec(value ?? "");
    if (match === null) throw new CommandError("Cannot set: write NAME PARAMETER=VALUE, as `plugin list` shows them");
    handle.set(match[1], match[2]);
    session.out.print(listed(handle));
  },
};

export const plugin: Command = {
  name: "plugin",
  usage: "plugin [list | report | set | enable | disable | reset] [NAME] [FORMAT | PARAMETER=VALUE]",
  summary: "List plugins in use, have them report so far, change their parameters",
  details: "NAME can be left out where one plugin is in use and nothing follows it.",
  example: "plugin list",
  run(session, text) {
    const [action, name, ...rest] = text.split(/\s+/);
    const { plugins } = session.emulator;
    if (action === "" || action === "list") {
      session.out.print(plugins.length === 0 ? "No plugin is in use." : plugins.flatMap(listed));
      return;
    }
    const act = ACTIONS[action];
    if (act === undefined) {
      const known = ["list", ...Object.keys(ACTIONS)];
      throw new CommandError(
        `plugin cannot ${action}: it has ${known.join(", ")}${didYouMean(suggest(action, known))}`,
      );
    }
    try {
      act(session, handleOf(session, name), rest.length === 0 ? undefined : rest.join(" "));
    } catch (error) {
      if (error instanceof PluginError) throw new CommandError(error.message);
      throw error;
    }
  },
  complete: (
    session,
  ) => ["list", ...Object.keys(ACTIONS), ...session.emulator.plugins.map(({ plugin }) => plugin.name)],
};

/** Permissions on the command line: the options that grant them. Asking at a terminal is ask.ts's. */

import { resolve } from "node:path";
import { lookup } from "node:dns/promises";
import { Command } from "@commander-js/extra-typings";
import type { PermissionOptions } from "../../mod.ts";
import { CommandLineError } from "./errors.ts";

/** What the options came to: true for all of a kind, texts for some, undefined if an option is not there. */
export interface PermissionFlags {
  readonly allowAll?: true | undefined;
  readonly allowWrite?: true | readonly string[] | undefined;
  readonly allowNet?: true | readonly string[] | undefined;
  readonly allowRun?: true | readonly string[] | undefined;
  readonly denyRead?: readonly string[] | undefined;
}

type List = true | readonly string[];

/** Adds to what an option granted before; for commander. */
export function addList(text: string, before: List | undefined): List {
  if (text === "" || before === true) return true;
  return [...before ?? [], ...text.split(",").filter((part) => part !== "")];
}

/** Adds to what an option took away before; for commander. */
export function addDenied(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...before ?? [], ...text.split(",").filter((part) => part !== "")];
}

/** A command whose options with an optional value take it after `=` alone: what follows them is the program. */
export class GuestCommand extends Command {
  override parseOptions(args: string[]): ReturnType<Command["parseOptions"]> {
    const list: string[] = [];
    for (let index = 0; index < args.length; index++) {
      const option = this.options.find(({ long, short }) => args[index] === long || args[index] === short);
      list.push(option?.optional && !option.required ? `${option.long}=` : args[index]);
      if (option?.required && ++index < args.length) list.push(args[index]);
      if (args[index] === "--" || !args[index]?.startsWith("-") && option === undefined) {
        list.push(...args.slice(index + 1));
        break;
      }
    }
    return super.parseOptions(list);
  }
}

/**
 * The options as the library takes them.
 *
 * @param isRooted Whether paths are the guest's, under a system root.
 * @throws {CommandLineError} If a host has no address.
 */
export async function permissionOptions(flags: PermissionFlags, isRooted: boolean): Promise<PermissionOptions> {
  const paths = (list: List) =>
    list === true || isRooted ? list : list.map((path) => path[0] === "@" ? path : resolve(path));
  const { allowAll, allowWrite, allowNet, allowRun, denyRead } = flags;
  return {
    ...(allowAll === undefined ? {} : { all: true }),
    ...(allowWrite === undefined ? {} : { write: paths(allowWrite) }),
    ...(allowNet === undefined
      ? {}
      : { net: allowNet === true || (await Promise.all(allowNet.map(addressesOf))).flat() }),
    ...(allowRun === undefined ? {} : { run: allowRun === true || allowRun.map((path) => findRun(path, isRooted)) }),
    ...(denyRead === undefined ? {} : { denyRead: isRooted ? denyRead : denyRead.map((path) => resolve(path)) }),
  };
}

/** A program that may be run: one without a slash is searched in the PATH. */
function findRun(name: string, isRooted: boolean): string {
  if (isRooted || name.includes("/")) return isRooted ? name : resolve(name);
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${name}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  throw new CommandLineError(`Cannot allow ${name} to be run: no folder of the PATH has it`);
}

/** The addresses of a host, with its port if it has one. */
async function addressesOf(text: string): Promise<readonly string[]> {
  const [, name, port] = /^([^:[\]]+)(?::(\d+))?$/.exec(text) ?? [];
  if (name === undefined || name === "localhost" || /^[\d.]+$/.test(name)) return [text];
  try {
    const found = await lookup(name, { all: true });
    return found.map(({ address }) => {
      const host = address.includes(":") ? `[${address}]` : address;
      return port === undefined ? host : `${host}:${port}`;
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandLineError(`Cannot allow the network to ${text}: it has no address`);
  }
}

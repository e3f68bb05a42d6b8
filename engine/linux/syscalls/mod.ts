/** All rows of the system call table: every row that a module here exports. */

import type { Syscall } from "../syscall.ts";
import * as alarms from "./alarms.ts";
import * as attributes from "./attributes.ts";
import * as clone from "./clone.ts";
import * as clocks from "./clocks.ts";
import * as control from "./control.ts";
import * as copying from "./copying.ts";
import * as descriptors from "./descriptors.ts";
import * as directories from "./directories.ts";
import * as epoll from "./epoll.ts";
import * as execute from "./execute.ts";
import * as extendedAttributes from "./extended_attributes.ts";
import * as futex from "./futex.ts";
import * as identity from "./identity.ts";
import * as limits from "./limits.ts";
import * as links from "./links.ts";
import * as mapping from "./mapping.ts";
import * as memory from "./memory.ts";
import * as open from "./open.ts";
import * as poll from "./poll.ts";
import * as prctl from "./prctl.ts";
import * as priority from "./priority.ts";
import * as processEnd from "./process_end.ts";
import * as readWrite from "./read_write.ts";
import * as refused from "./refused.ts";
import * as remapping from "./remapping.ts";
import * as scheduling from "./scheduling.ts";
import * as select from "./select.ts";
import * as signalActions from "./signal_actions.ts";
import * as signalSending from "./signal_sending.ts";
import * as signalWaiting from "./signal_waiting.ts";
import * as socketMessages from "./socket_messages.ts";
import * as socketOptions from "./socket_options.ts";
import * as sockets from "./sockets.ts";
import * as space from "./space.ts";
import * as status from "./status.ts";
import * as system from "./system.ts";
import * as wait from "./wait.ts";
import * as watching from "./watching.ts";

const MODULES: readonly Readonly<Record<string, unknown>>[] = [
  ...[mapping, remapping, memory],
  ...[signalActions, signalSending, signalWaiting],
  ...[clocks, alarms],
  ...[identity, limits, scheduling, priority, prctl, futex, clone, execute, processEnd, wait, system],
  ...[readWrite, open, descriptors, status, directories, links, attributes, extendedAttributes],
  ...[poll, select, epoll, watching, control, space, copying, sockets, socketMessages, socketOptions],
];

/** Modules also export what their neighbours use; a row is what can be called. */
function isRow(value: unknown): value is Syscall {
  return typeof value === "object" && value !== null && "call" in value && "parameters" in value;
}

/** The table. */
export const SYSCALLS: readonly Syscall[] = [
  ...MODULES.flatMap((module) => Object.values(module).filter(isRow)),
  ...refused.refusedRows,
  ...refused.emptyRows,
];

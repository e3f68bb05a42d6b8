/** Rows execve(2) and execveat(2). The work is in ../execute.ts. */

import { ElfError } from "../../binary/elf/mod.ts";
import { ProgramError } from "../../loader/errors.ts";
import { STACK_SIZE } from "../../loader/layout.ts";
import { type PreparedProgram, prepareProgram } from "../../loader/load_program.ts";
import { ERRNO } from "../abi/errno.ts";
import { AT_FDCWD } from "../abi/files.ts";
import { execute } from "../execute.ts";
import { guestPath } from "../guest_pointers.ts";
import { deniesRun } from "../path_access.ts";
import { address, directory, flags, path } from "../parameters.ts";
import type { Process } from "../process.ts";
import { openProgram } from "../program_file.ts";
import { syscall } from "../syscall.ts";

const AT = { AT_SYMLINK_NOFOLLOW: 0x100, AT_EMPTY_PATH: 0x1000 } as const;
/** Longest single string, MAX_ARG_STRLEN. */
const LONGEST = 131072;
const decoder = new TextDecoder();

/** The strings of a list that ends with a null pointer, or a negative errno. */
function strings(process: Process, at: number): Uint8Array[] | number {
  const { memory } = process;
  const list: Uint8Array[] = [];
  if (at === 0) return list;
  for (let place = at;; place += 8) {
    if (!memory.allows(place, 8, 1)) return -ERRNO.EFAULT;
    const pointer = Number(memory.u64(place));
    if (pointer === 0) return list;
    const reach = memory.accessible(pointer, LONGEST, 1);
    const end = memory.uncheckedView(pointer, reach).indexOf(0);
    if (end < 0) return reach < LONGEST ? -ERRNO.EFAULT : -ERRNO.E2BIG;
    list.push(memory.bytes(pointer, end));
  }
}

/** A path without links; one of a file that has no name, as of memfd_create(2), is as it was given. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

function begin(process: Process, name: string, argv: number, envp: number): number {
  const [list, environment] = [strings(process, argv), strings(process, envp)];
  if (typeof list === "number") return list;
  if (typeof environment === "number") return environment;
  const size = [...list, ...environment].reduce((sum, bytes) => sum + bytes.length + 9, 0);
  if (size > STACK_SIZE / 4 - 4096) return -ERRNO.E2BIG;
  const { uid, euid, gid, egid } = process.credentials;
  const random = new Uint8Array(16);
  if (process.world.random === undefined) crypto.getRandomValues(random);
  else process.world.random.fill(random);
  let prepared: PreparedProgram;
  try {
    prepared = prepareProgram({
      path: name,
      arguments: list.length === 0 ? [new Uint8Array(0)] : list,
      environment,
      random,
      user: { uid, euid, gid, egid },
      open: (file) => openProgram(process.paths, file, process),
    });
  } catch (error) {
    if (error instanceof ProgramError) return -error.errno;
    if (error instanceof ElfError) return -ERRNO.ENOEXEC;
    throw error;
  }
  const denial = deniesRun(process, realPath(process.paths.toHost(name, process)));
  if (denial !== undefined) {
    prepared[Symbol.dispose]();
    return denial;
  }
  process.deferred = () => {
    using program = prepared;
    execute(process, program, name);
  };
  return 0;
}

export const execve = syscall(
  "execve",
  "partial",
  { filename: path, argv: address, envp: address },
  (process, { filename, argv, envp }) => {
    const name = guestPath(process, filename);
    if (typeof name === "number") return name;
    return name.length === 0 ? -ERRNO.ENOENT : begin(process, decoder.decode(name), argv, envp);
  },
  "Set-user-id programs run as who starts them",
);

export const execveat = syscall(
  "execveat",
  "partial",
  { fd: directory, filename: path, argv: address, envp: address, flags: flags(AT) },
  (process, { fd, filename, argv, envp, flags: how }) => {
    const name = guestPath(process, filename);
    if (typeof name === "number") return name;
    if (how & ~(AT.AT_EMPTY_PATH | AT.AT_SYMLINK_NOFOLLOW)) return -ERRNO.EINVAL;
    const text = decoder.decode(name);
    if (text.startsWith("/") || fd === AT_FDCWD && text !== "") return begin(process, text, argv, envp);
    if (process.files.get(fd) === undefined) return -ERRNO.EBADF;
    if (text === "" && !(how & AT.AT_EMPTY_PATH)) return -ERRNO.ENOENT;
    return begin(process, `/dev/fd/${fd}${text === "" ? "" : `/${text}`}`, argv, envp);
  },
  "Set-user-id programs run as who starts them",
);

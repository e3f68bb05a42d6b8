/**
 * Guest paths to host paths. Every row that takes a path goes through {@linkcode Paths.at}.
 *
 * Without a system root, the host's kernel resolves by itself what leads nowhere near a procfs, see path_look_ahead.ts.
 * For the rest, and always with a system root, see path_walk.ts. Paths are bytes: names need not be UTF-8.
 */

import { AT_FDCWD } from "./abi/files.ts";
import { ERRNO, errnoName } from "./abi/errno.ts";
import type { OpenFile } from "./files.ts";
import { guestPath, readable } from "./guest_pointers.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { descriptorName, duplicateHost } from "./host_files.ts";
import { lookAhead } from "./path_look_ahead.ts";
import { type PermissionOptions, Permissions } from "./permissions.ts";
import { type Access, denies } from "./path_access.ts";
import { type Place, type Position, positionOf, walk, type WalkContext } from "./path_walk.ts";
import type { ProcNode } from "./proc/node.ts";
import { procRoot } from "./proc/root.ts";
import type { Process } from "./process.ts";
import type { Result } from "./syscall.ts";

/** Where a guest sees the file system. */
export interface PathOptions {
  /** Host directory that the guest sees as `/`; undefined for the host's own. */
  readonly sysroot?: string;
  /** Directory that relative paths start from: of the guest, if there is a system root. */
  readonly cwd: string;
  /** What the guest may do with what it finds. */
  readonly permissions?: PermissionOptions;
}

/** What a row does with the place that a path leads to. */
export interface PathUse {
  /** What the call does with it; by default it looks at it. */
  readonly access?: Access;
  /** Makes the call for a name in a host directory. */
  host(directory: number, name: bigint): Result;
  /** The same for something in the guest's `/proc`; by default EPERM, as procfs refuses changes. */
  proc?(node: ProcNode): Result;
}

const [O_PATH, O_CLOEXEC, O_DIRECTORY] = [0o10000000, 0o2000000, 0o200000];
const NAME_BYTES = 512;
/** Stands before what has no host path: none of the host's /proc may be taken for the guest's. */
const NOWHERE = "/dev/null/";
const decoder = new TextDecoder();
const encoder = new TextEncoder();

function openDirectory(path: string): number {
  const bytes = encoder.encode(path);
  const name = new HostBuffer(bytes.length + 1);
  return hostCall("openat", AT_FDCWD, name.setString(bytes), O_PATH | O_CLOEXEC | O_DIRECTORY, 0);
}

/** Resolves paths for one process. */
export class Paths {
  readonly #root: number;
  readonly #sysroot: string;
  #cwd: Position;
  /** What the guest may do; shared by all its processes. */
  readonly permissions: Permissions;

  /** @throws {Error} If the system root or the working directory cannot be opened. */
  constructor(options: PathOptions | Paths) {
    if (options instanceof Paths) {
      this.#sysroot = options.#sysroot;
      this.#root = duplicateHost(options.#root);
      this.#cwd = copy(options.#cwd);
      this.permissions = options.permissions;
      return;
    }
    this.#root = openDirectory(options.sysroot ?? "/");
    if (this.#root < 0) {
      const problem = `it cannot be opened, ${errnoName(-this.#root)}`;
      throw new Error(`Cannot use ${options.sysroot ?? "/"} as the system root: ${problem}`);
    }
    const name = decoder.decode(descriptorName(this.#root));
    this.#sysroot = name === "/" ? "" : name;
    const cwd = this.#sysroot === "" ? openDirectory(options.cwd) : this.#openInside(options.cwd);
    if (cwd < 0) throw new Error(`Cannot start in ${options.cwd}: it cannot be opened, ${errnoName(-cwd)}`);
    this.#cwd = { kind: "host", descriptor: cwd };
    this.permissions = new Permissions(options.permissions ?? {}, (path) => this.toHost(path));
  }

  /** Opens a directory by the guest's absolute path. */
  #openInside(path: string): number {
    const root: Position = { kind: "host", descriptor: this.#root };
    const context: WalkContext = { root: this.#root, cwd: root, proc: undefined };
    return walk(context, root, encoder.encode(path), true, (place) => {
      if (place.kind !== "host") return -ERRNO.ENOTDIR;
      const name = new HostBuffer(NAME_BYTES);
      const flags = O_PATH | O_CLOEXEC | O_DIRECTORY;
      return hostCall("openat", place.directory, name.setString(place.name), flags, 0);
    });
  }

  /** The same root and working directory for a process that is made from this one's. */
  fork(): Paths {
    return new Paths(this);
  }

  /** Gives the descriptors back. */
  close(): void {
    hostCall("close", this.#root);
    if (this.#cwd.kind === "host") hostCall("close", this.#cwd.descriptor);
  }

  #setCwd(position: Position): void {
    const before = this.#cwd;
    this.#cwd = copy(position);
    if (before.kind === "host") hostCall("close", before.descriptor);
  }

  #context(process: Process | undefined): WalkContext {
    return { root: this.#root, cwd: this.#cwd, proc: process && procRoot(process) };
  }

  /** Where a path relative to a descriptor starts, or a negative errno. */
  #start(process: Process, directory: number): Position | number {
    if (directory === AT_FDCWD) return this.#cwd;
    const file = process.files.get(directory);
    return file === undefined ? -ERRNO.EBADF : positionOf(file, procRoot(process));
  }

  /**
   * Makes a call for what a guest path leads to.
   *
   * @param directory The guest's directory descriptor, or AT_FDCWD.
   * @param pathname Guest address of the path.
   * @param follow Whether a link in the last component is followed.
   * @returns The call's result, or the negative errno of resolving the path.
   */
  at(process: Process, directory: number, pathname: number, follow: boolean, use: PathUse): Result {
    const absolute = process.memory.accessible(pathname, 1, 1) > 0 && process.memory.u8(pathname) === 0x2f;
    let start: Position = this.#cwd;
    if (!absolute) {
      const found = this.#start(process, directory);
      // The errors of the path itself come first.
      if (typeof found === "number") return this.#pathError(process, pathname) ?? found;
      start = found;
    }
    if (this.#sysroot === "" && start.kind === "host") {
      const path = readable(process, pathname, 1);
      const state = lookAhead(process, start.descriptor, pathname, follow);
      if (state === "host") {
        return denies(process, use.access, start.descriptor, path, follow) ?? use.host(start.descriptor, path);
      }
      if (typeof state === "number") return state;
    }
    const bytes = guestPath(process, pathname);
    if (typeof bytes === "number") return bytes;
    if (bytes.length === 0) return -ERRNO.ENOENT;
    return walk(this.#context(process), start, bytes, follow, (place) => usePlace(process, place, follow, use));
  }

  /**
   * The same for a path that is not in the guest's memory with a zero at its end.
   *
   * @param path Its bytes; not empty.
   */
  atBytes(process: Process, path: Uint8Array, follow: boolean, use: PathUse): Result {
    return walk(this.#context(process), this.#cwd, path, follow, (place) => usePlace(process, place, follow, use));
  }

  #pathError(process: Process, pathname: number): number | undefined {
    const bytes = guestPath(process, pathname);
    if (typeof bytes === "number") return bytes;
    return bytes.length === 0 ? -ERRNO.ENOENT : undefined;
  }

  /**
   * Makes a call for a path that the kernel itself knows, or for a descriptor if the path is empty and may be.
   *
   * @param allowed Whether the call's flags have AT_EMPTY_PATH.
   */
  atOrEmpty(
    process: Process,
    directory: number,
    pathname: number,
    follow: boolean,
    allowed: boolean,
    use: PathUse & { descriptor(file: OpenFile): Result },
  ): Result {
    const empty = pathname === 0 || process.memory.accessible(pathname, 1, 1) > 0 && process.memory.u8(pathname) === 0;
    if (!allowed || !empty) return this.at(process, directory, pathname, follow, use);
    if (directory !== AT_FDCWD) {
      const file = process.files.get(directory);
      return file === undefined ? -ERRNO.EBADF : use.descriptor(file);
    }
    return this.#cwd.kind === "proc"
      ? usePlace(process, { kind: "proc", node: this.#cwd.node }, follow, use)
      : usePlace(process, { kind: "host", directory: this.#cwd.descriptor, name: Uint8Array.of(0x2e) }, follow, use);
  }

  /** Changes the working directory. @returns 0, or a negative errno. */
  changeDirectory(process: Process, pathname: number): Result {
    return this.at(process, AT_FDCWD, pathname, true, {
      host: (directory, name) => {
        const descriptor = hostCall("openat", directory, name, O_PATH | O_CLOEXEC | O_DIRECTORY, 0);
        if (descriptor < 0) return descriptor;
        const status = this.#enter({ kind: "host", descriptor });
        hostCall("close", descriptor);
        return status;
      },
      proc: (node) => node.kind === "directory" ? this.#enter({ kind: "proc", node }) : -ERRNO.ENOTDIR,
    });
  }

  /** Changes the working directory to an open one. @returns 0, or a negative errno. */
  changeDirectoryTo(process: Process, file: OpenFile): number {
    const position = positionOf(file, procRoot(process));
    return typeof position === "number" ? position : this.#enter(position);
  }

  #enter(position: Position): number {
    if (position.kind === "host") {
      // Looking anything up in it takes the permission that chdir(2) takes.
      const status = hostCall("openat", position.descriptor, dot.address, O_PATH | O_CLOEXEC, 0);
      if (status < 0) return status;
      hostCall("close", status);
    }
    this.#setCwd(position);
    return 0;
  }

  /** The guest's path of the working directory, or a negative errno if it was removed. */
  currentDirectory(): Uint8Array | number {
    if (this.#cwd.kind === "proc") return encoder.encode(this.#cwd.node.path);
    const name = descriptorName(this.#cwd.descriptor);
    const [NLINK, status] = [16, new HostBuffer(144)];
    hostCall("fstat", this.#cwd.descriptor, status.address);
    if (status.view.getBigUint64(NLINK, true) === 0n) return -ERRNO.ENOENT;
    return this.toGuest(name);
  }

  /** The guest's path of a host path: without the system root. */
  toGuest(path: Uint8Array): Uint8Array {
    const prefix = encoder.encode(this.#sysroot);
    if (prefix.length === 0 || !prefix.every((byte, index) => path[index] === byte)) return path;
    const rest = path.subarray(prefix.length);
    return rest.length === 0 ? encoder.encode("/") : rest;
  }

  /**
   * Host path of a guest path, absolute or relative to the working directory, with its links resolved if there is such
   * a file.
   *
   * @param process For paths in its `/proc`; without it they lead nowhere.
   */
  toHost(path: string, process?: Process): string {
    const bytes = encoder.encode(path);
    const lexical = path.startsWith("/") ? this.#sysroot + path : `${this.#cwdText()}/${path}`;
    if (bytes.length === 0) return lexical;
    const found = walk(this.#context(process), this.#cwd, bytes, true, (place) => this.#hostPath(place));
    return typeof found === "string" ? found : found === -ERRNO.ENODEV ? NOWHERE + path : lexical;
  }

  #cwdText(): string {
    return this.#cwd.kind === "proc" ? this.#cwd.node.path : decoder.decode(descriptorName(this.#cwd.descriptor));
  }

  #hostPath(place: Place): string | undefined {
    if (place.kind === "file") return `/proc/self/fd/${place.file.host}`;
    if (place.kind === "proc") return NOWHERE + place.node.path;
    const name = new HostBuffer(NAME_BYTES);
    const descriptor = hostCall("openat", place.directory, name.setString(place.name), O_PATH | O_CLOEXEC, 0);
    if (descriptor < 0) {
      const directory = decoder.decode(descriptorName(place.directory)).replace(/\/$/, "");
      return descriptor === -ERRNO.ENOENT ? `${directory}/${decoder.decode(place.name)}` : undefined;
    }
    const path = decoder.decode(descriptorName(descriptor));
    hostCall("close", descriptor);
    return path;
  }
}

const dot = new HostBuffer(2);
dot.setString(encoder.encode("."));

function copy(position: Position): Position {
  return position.kind === "proc" ? position : { kind: "host", descriptor: duplicateHost(position.descriptor) };
}

/** Buffers for the names of nested calls: rename(2) has two at a time. */
const names: HostBuffer[] = [];
let nesting = 0;

function usePlace(process: Process, place: Place, follow: boolean, use: PathUse): Result {
  if (place.kind === "proc") return use.proc?.(place.node) ?? -ERRNO.EPERM;
  const buffer = names[nesting] ??= new HostBuffer(NAME_BYTES);
  nesting++;
  try {
    if (place.kind === "host") {
      const name = buffer.setString(place.name);
      return denies(process, use.access, place.directory, name, follow) ?? use.host(place.directory, name);
    }
    const name = buffer.setString(encoder.encode(`/proc/self/fd/${place.file.host}`));
    const isOpen = (use.access === "write" || use.access === "create") && !place.file.isReadOnly;
    return (isOpen ? undefined : denies(process, use.access, AT_FDCWD, name, true)) ?? use.host(AT_FDCWD, name);
  } finally {
    nesting--;
  }
}

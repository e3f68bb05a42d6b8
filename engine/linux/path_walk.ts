/**
 * Walks a guest path one component at a time, as path_resolution(7) says: inside of the guest's root, and through the
 * guest's own `/proc`.
 *
 * This is the way that no path gets around: {@linkcode Paths} lets the host's kernel resolve a path by itself only when
 * it has seen that the result is outside of any procfs. Here each component is opened without following links, and:
 *
 *  - `proc` in the guest's root, and the root directory of any other procfs that is mounted anywhere, is the guest's
 *    `/proc`; what is mounted from deeper inside of a procfs is refused;
 *  - in the guest's `/proc` only nodes of `proc/` are followed; links to files that are open, to a working directory or
 *    to a root lead to the guest's own, and those of other processes are refused;
 *  - the text of a link starts over from the guest's root if it is absolute; `..` stops at the guest's root.
 */

import { AT_FDCWD, FILE_TYPE, PROC_ROOT_INODE } from "./abi/files.ts";
import { ERRNO } from "./abi/errno.ts";
import type { OpenFile } from "./files.ts";
import { HostBuffer, hostCall } from "./host.ts";
import { hostStatus, isProcfs, isType, readLink } from "./host_files.ts";
import type { ProcDirectory, ProcNode } from "./proc/node.ts";

/** A directory that a walk is at. */
export type Position =
  | { readonly kind: "host"; readonly descriptor: number }
  | { readonly kind: "proc"; readonly node: ProcDirectory };

/** Where a path leads. */
export type Place =
  /** A name in a directory of the host. The name is no link, unless links were not to be followed. */
  | { readonly kind: "host"; readonly directory: number; readonly name: Uint8Array }
  /** Something in the guest's `/proc`. */
  | { readonly kind: "proc"; readonly node: ProcNode }
  /** What is open already, by way of `/proc/self/fd`. */
  | { readonly kind: "file"; readonly file: OpenFile };

/** What a walk starts from. */
export interface WalkContext {
  readonly root: number;
  readonly cwd: Position;
  /** The guest's `/proc`; undefined before there is a process: then a way into it ends with ENODEV. */
  readonly proc: ProcDirectory | undefined;
}

const O_PATH_NOFOLLOW = 0o10000000 | 0o400000 | 0o2000000;
const MOST_LINKS = 40;
const NAME_MAX = 255;
const SLASH = 0x2f;
const DOT = bytes(".");
const DOTDOT = bytes("..");
const PROC = bytes("proc");
const EMPTY = new HostBuffer(1);
const buffer = new HostBuffer(NAME_MAX + 1);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Splits a path at its slashes; one at the end leaves an empty last component, which means a directory. */
function components(path: Uint8Array): Uint8Array[] {
  const list: Uint8Array[] = [];
  let start = 0;
  for (let index = 0; index <= path.length; index++) {
    if (index < path.length && path[index] !== SLASH) continue;
    if (index > start) list.push(path.subarray(start, index));
    start = index + 1;
  }
  if (path.length > 0 && path[path.length - 1] === SLASH && list.length > 0) list.push(new Uint8Array(0));
  return list;
}

/** One walk. Descriptors that it opened are its own until it ends, but for the directory of its result. */
class Walk {
  readonly #context: WalkContext;
  #position: Position;
  #owned = false;
  #pending: Uint8Array[];
  #links = 0;

  constructor(context: WalkContext, start: Position, path: Uint8Array) {
    this.#context = context;
    this.#position = path[0] === SLASH ? this.#root() : start;
    this.#pending = components(path);
  }

  #root(): Position {
    return { kind: "host", descriptor: this.#context.root };
  }

  #move(position: Position, owned: boolean): void {
    if (this.#owned && this.#position.kind === "host") hostCall("close", this.#position.descriptor);
    this.#position = position;
    this.#owned = owned;
  }

  /** Starts over with the text of a link before what is left. */
  #follow(text: Uint8Array): number {
    if (++this.#links > MOST_LINKS) return -ERRNO.ELOOP;
    if (text[0] === SLASH) this.#move(this.#root(), false);
    const more = components(text);
    const rest = this.#pending[0]?.length === 0 && more[more.length - 1]?.length === 0 ? more.slice(0, -1) : more;
    this.#pending = [...rest, ...this.#pending];
    return 0;
  }

  /** @returns The place and whether its directory's descriptor is the caller's to close. */
  run(follow: boolean): { place: Place; owned: boolean } | number {
    for (;;) {
      const name = this.#pending.shift();
      if (name === undefined) return this.#end();
      const wantsDirectory = this.#pending.length === 1 && this.#pending[0].length === 0;
      const last = this.#pending.length === 0 || wantsDirectory;
      if (name.length === 0 || equal(name, DOT)) continue;
      if (name.length > NAME_MAX) return this.#fail(ERRNO.ENAMETOOLONG);
      const position = this.#position;
      const found = position.kind === "host"
        ? this.#hostStep(position.descriptor, name, last, wantsDirectory, follow || wantsDirectory)
        : this.#procStep(position.node, name, last, follow || wantsDirectory);
      if (typeof found === "number") {
        if (found < 0) return this.#fail(-found);
      } else return { place: found, owned: found.kind === "host" && this.#owned };
    }
  }

  /** Ends at a directory that has no name here: the root, `.`, `..`. */
  #end(): { place: Place; owned: boolean } {
    const position = this.#position;
    return position.kind === "proc"
      ? { place: { kind: "proc", node: position.node }, owned: false }
      : { place: { kind: "host", directory: position.descriptor, name: DOT }, owned: this.#owned };
  }

  #fail(errno: number): number {
    this.#move(this.#root(), false);
    return -errno;
  }

  #up(directory: number): number {
    const [here, root] = [hostStatus(directory), hostStatus(this.#context.root)];
    if (here !== undefined && root !== undefined && here.inode === root.inode && here.device === root.device) return 0;
    const above = this.#open(directory, DOTDOT);
    if (above < 0) return above;
    if (isProcfs(above)) return this.#enterProcfs(above);
    this.#move({ kind: "host", descriptor: above }, true);
    return 0;
  }

  #open(directory: number, name: Uint8Array): number {
    return hostCall("openat", directory, buffer.setString(name), O_PATH_NOFOLLOW, 0);
  }

  /** What to do with something of a procfs that the host's tree led to. Takes the descriptor over. */
  #enterProcfs(descriptor: number): number {
    const isRoot = hostStatus(descriptor)?.inode === PROC_ROOT_INODE;
    hostCall("close", descriptor);
    const { proc } = this.#context;
    if (proc === undefined) return -ERRNO.ENODEV;
    if (!isRoot) return -ERRNO.EACCES;
    this.#move({ kind: "proc", node: proc }, false);
    return 0;
  }

  /** @returns The place if the walk is over, a negative errno, or 0 to go on. */
  #hostStep(
    directory: number,
    name: Uint8Array,
    last: boolean,
    wantsDirectory: boolean,
    follow: boolean,
  ): Place | number {
    if (equal(name, DOTDOT)) return this.#up(directory);
    if (directory === this.#context.root && equal(name, PROC) && this.#context.proc !== undefined) {
      this.#move({ kind: "proc", node: this.#context.proc }, false);
      return 0;
    }
    const descriptor = this.#open(directory, name);
    if (descriptor < 0) {
      const missing = descriptor === -ERRNO.ENOENT && last;
      return missing ? this.#hostPlace(directory, name, wantsDirectory) : descriptor;
    }
    const mode = hostStatus(descriptor)?.mode ?? 0;
    if (isType(mode, FILE_TYPE.LINK) && (follow || !last)) {
      const text = readLink(descriptor, EMPTY.address);
      hostCall("close", descriptor);
      return typeof text === "number" ? text : this.#follow(text);
    }
    if (isProcfs(descriptor)) return this.#enterProcfs(descriptor);
    if (last) {
      hostCall("close", descriptor);
      return this.#hostPlace(directory, name, wantsDirectory);
    }
    if (!isType(mode, FILE_TYPE.DIRECTORY)) {
      hostCall("close", descriptor);
      return -ERRNO.ENOTDIR;
    }
    this.#move({ kind: "host", descriptor }, true);
    return 0;
  }

  #hostPlace(directory: number, name: Uint8Array, wantsDirectory: boolean): Place {
    return { kind: "host", directory, name: wantsDirectory ? Uint8Array.of(...name, SLASH) : name };
  }

  #procStep(node: ProcDirectory, name: Uint8Array, last: boolean, follow: boolean): Place | number {
    if (equal(name, DOTDOT)) {
      this.#move(node.parent === undefined ? this.#root() : { kind: "proc", node: node.parent }, false);
      return 0;
    }
    const child = node.child(String.fromCharCode(...name));
    if (child === undefined) return -ERRNO.ENOENT;
    if (child.kind === "directory") {
      this.#move({ kind: "proc", node: child }, false);
      return 0;
    }
    if (child.kind === "link" && (follow || !last)) {
      if (child.target !== undefined) return this.#jump(child.target(), last);
      const text = child.text();
      return typeof text === "number" ? text : this.#follow(text);
    }
    return last && this.#pending.length === 0 ? { kind: "proc", node: child } : -ERRNO.ENOTDIR;
  }

  #jump(target: ReturnType<NonNullable<Extract<ProcNode, { kind: "link" }>["target"]>>, last: boolean): Place | number {
    if (target.kind === "refused") return -target.errno;
    if (++this.#links > MOST_LINKS) return -ERRNO.ELOOP;
    if (target.kind === "path") return this.#follow(target.path);
    if (target.kind === "file") return this.#jumpToFile(target.file, last);
    this.#move(target.kind === "root" ? this.#root() : this.#context.cwd, false);
    return 0;
  }

  #jumpToFile(file: OpenFile, last: boolean): Place | number {
    const position = positionOf(file, this.#context.proc);
    if (typeof position !== "number") {
      this.#move(position, false);
      return 0;
    }
    if (position !== -ERRNO.ENOTDIR) return position;
    return last && this.#pending.length === 0 ? { kind: "file", file } : -ERRNO.ENOTDIR;
  }
}

/** The directory that an open file is, or a negative errno. */
export function positionOf(file: OpenFile, proc: ProcDirectory | undefined): Position | number {
  if (file.node?.kind === "directory") return { kind: "proc", node: file.node };
  if (!isType(file.mode, FILE_TYPE.DIRECTORY)) return -ERRNO.ENOTDIR;
  // A directory that came in by another way than open(2): inherited, or through a socket.
  if (!isProcfs(file.host)) return { kind: "host", descriptor: file.host };
  return hostStatus(file.host)?.inode === PROC_ROOT_INODE && proc !== undefined
    ? { kind: "proc", node: proc }
    : -ERRNO.EACCES;
}

/**
 * Resolves a path.
 *
 * @param start Where a relative path starts.
 * @param path Its bytes, without a zero; not empty.
 * @param follow Whether a link in the last component is followed.
 * @param use Gets the place; its directory's descriptor is valid until it returns.
 * @returns What `use` returned, or a negative errno.
 */
export function walk<T>(
  context: WalkContext,
  start: Position,
  path: Uint8Array,
  follow: boolean,
  use: (place: Place) => T,
): T | number {
  const result = new Walk(context, start, path).run(follow);
  if (typeof result === "number") return result;
  try {
    return use(result.place);
  } finally {
    if (result.owned && result.place.kind === "host" && result.place.directory !== AT_FDCWD) {
      hostCall("close", result.place.directory);
    }
  }
}

/**
 * The guest's file descriptors. Each stands for a descriptor of the host; the numbers have nothing in common, so that
 * the guest cannot reach what the host process itself has open. Every host descriptor is closed on execve(2).
 */

import { ERRNO } from "./abi/errno.ts";
import { ACCESS_MODE, FCNTL, FILE_TYPE, OPEN_FLAGS } from "./abi/files.ts";
import { hostCall } from "./host.ts";
import { descriptorName, hostStatus, isType } from "./host_files.ts";
import type { ProcEntry, ProcNode } from "./proc/node.ts";
import { dropLocks, lockKey } from "./record_locks.ts";
import type { RandomSource } from "./world.ts";

/** `makedev()` of /dev/null, zero, full, random and urandom. */
const MEMORY_DEVICES: readonly bigint[] = [0x103n, 0x105n, 0x107n, 0x108n, 0x109n];

/** What a file is to the guest, when it is not simply what the host has. */
export interface OpenFileOptions {
  /** Whether it is one of the host's own standard streams, which are never closed. */
  readonly borrowed?: boolean;
  /** What it is in the guest's `/proc`. */
  readonly node?: ProcNode;
}

/** An open file; descriptors made by dup(2) share it. */
export class OpenFile {
  /** Descriptor of the host. */
  readonly host: number;
  /** Whether it is one of the host's own standard streams, which are never closed. */
  readonly borrowed: boolean;
  /** What it is in the guest's `/proc`, if it is there. */
  readonly node: ProcNode | undefined;
  /** `st_mode` as it was when it was opened: for its type. */
  readonly mode: number;
  /** How many descriptors stand for it. */
  references = 0;
  /** Whether the host can be asked for a transfer that does not wait, RWF_NOWAIT; until it says that it cannot. */
  canRefuseToWait = true;
  /** Takes the place of what is read from it: for /dev/random and /dev/urandom. */
  random: RandomSource | undefined;
  /** Of a directory of the guest's `/proc`: what was listed, and how far it was read. */
  listing: { readonly entries: readonly ProcEntry[]; position: number } | undefined;
  readonly #path: string | (() => string);
  readonly #isMemoryDevice: boolean;
  #nonBlocking: boolean | undefined;

  /** @param path The guest's path or a description, or who finds it out. */
  constructor(host: number, path: string | (() => string), options: OpenFileOptions = {}) {
    this.host = host;
    this.borrowed = options.borrowed ?? false;
    this.node = options.node;
    this.#path = path;
    const status = hostStatus(host);
    this.mode = status?.mode ?? 0;
    this.#isMemoryDevice = isType(this.mode, FILE_TYPE.CHARACTER) && MEMORY_DEVICES.includes(status?.special ?? 0n);
  }

  /** The guest's path, or what it is: `pipe:[1234]`. */
  get path(): string {
    return typeof this.#path === "string" ? this.#path : this.#path();
  }

  /** Whether the host has another kind of file in its place. */
  get isOwnKind(): boolean {
    return this.path.startsWith("anon_inode:");
  }

  /** The host's path, or what it is. */
  get hostPath(): string {
    return new TextDecoder().decode(descriptorName(this.host));
  }

  /**
   * Whether transfers never wait, whatever the file's flags: it is a regular file, a directory, a disk, or /dev/zero and
   * its like, which the host cuts short if it is asked not to wait.
   */
  get isAlwaysReady(): boolean {
    return isType(this.mode, FILE_TYPE.REGULAR) || isType(this.mode, FILE_TYPE.DIRECTORY) ||
      isType(this.mode, FILE_TYPE.BLOCK) || this.#isMemoryDevice;
  }

  /** Its status flags, as F_GETFL gives them. */
  get flags(): number {
    const flags = hostCall("fcntl", this.host, FCNTL.F_GETFL, 0);
    if (!this.borrowed || flags < 0) return flags;
    return flags & ~OPEN_FLAGS.O_NONBLOCK | (this.#nonBlocking ? OPEN_FLAGS.O_NONBLOCK : 0);
  }

  /** Whether transfers fail with EAGAIN instead of waiting. */
  get isNonBlocking(): boolean {
    return (this.flags & OPEN_FLAGS.O_NONBLOCK) !== 0;
  }

  /** Whether it was opened for reading only. */
  get isReadOnly(): boolean {
    return (this.flags & ACCESS_MODE.MASK) === ACCESS_MODE.O_RDONLY;
  }

  /** Whether it was opened for writing only. */
  get isWriteOnly(): boolean {
    return (this.flags & ACCESS_MODE.MASK) === ACCESS_MODE.O_WRONLY;
  }

  /**
   * Sets its status flags, as F_SETFL does. Whether the host's own streams wait is the host's business: others have
   * them too.
   */
  setFlags(flags: number): number {
    if (!this.borrowed) return hostCall("fcntl", this.host, FCNTL.F_SETFL, flags);
    this.#nonBlocking = (flags & OPEN_FLAGS.O_NONBLOCK) !== 0;
    return 0;
  }
}

interface Entry {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

const STANDARD = ["/dev/stdin", "/dev/stdout", "/dev/stderr"];

/** A table of descriptors. */
export class Files {
  readonly #entries = new Map<number, Entry>();
  /** Files of which parts may be locked, by their names in record_locks.ts. */
  readonly locked = new Set<string>();
  /** Largest number of descriptors, as RLIMIT_NOFILE. */
  limit = 1024;

  /** Starts with the host's standard streams, as far as they are open. */
  constructor(standard: readonly number[]) {
    standard.forEach((host, descriptor) => {
      if (hostCall("fcntl", host, FCNTL.F_GETFD, 0) < 0) return;
      const name = new TextDecoder().decode(descriptorName(host)) || STANDARD[descriptor];
      const file = new OpenFile(host, name ?? "", { borrowed: true });
      file.references = 1;
      this.#entries.set(descriptor, { file, closeOnExec: false });
    });
  }

  /** A table for a process that is made from this one's: the same files under the same numbers. */
  fork(): Files {
    const files = new Files([]);
    files.limit = this.limit;
    for (const [descriptor, { file, closeOnExec }] of this.#entries) {
      file.references++;
      files.#entries.set(descriptor, { file, closeOnExec });
    }
    return files;
  }

  /** What a descriptor stands for. */
  get(descriptor: number): OpenFile | undefined {
    return this.#entries.get(descriptor)?.file;
  }

  /** The host's descriptor, or -1, for which the host has EBADF too. */
  host(descriptor: number): number {
    return this.#entries.get(descriptor)?.file.host ?? -1;
  }

  /** Descriptors in use, in ascending order. */
  descriptors(): number[] {
    return [...this.#entries.keys()].sort((a, b) => a - b);
  }

  /** Whether as many more descriptors are free; if not, a call that makes them fails with EMFILE. */
  hasRoom(count = 1): boolean {
    if (this.#entries.size + count <= this.limit) return true;
    let free = 0;
    for (let descriptor = 0; descriptor < this.limit && free < count; descriptor++) {
      if (!this.#entries.has(descriptor)) free++;
    }
    return free >= count;
  }

  /** Adds a host descriptor under the lowest free number from `lowest` on. @returns It, or `-EMFILE`. */
  add(host: number, path: string | (() => string), closeOnExec: boolean, lowest = 0): number {
    return this.addFile(new OpenFile(host, path), closeOnExec, lowest);
  }

  /** Adds a file; it is closed if there is no room for it. @returns Its number, or `-EMFILE`. */
  addFile(file: OpenFile, closeOnExec: boolean, lowest = 0): number {
    let descriptor = lowest;
    while (this.#entries.has(descriptor)) descriptor++;
    if (descriptor >= this.limit) {
      if (file.references === 0 && !file.borrowed) hostCall("close", file.host);
      return -ERRNO.EMFILE;
    }
    file.references++;
    this.#entries.set(descriptor, { file, closeOnExec });
    return descriptor;
  }

  /** Makes another number stand for the same file. @returns It, or a negative errno. */
  duplicate(descriptor: number, closeOnExec: boolean, lowest = 0): number {
    const entry = this.#entries.get(descriptor);
    return entry === undefined ? -ERRNO.EBADF : this.addFile(entry.file, closeOnExec, lowest);
  }

  /** Makes a certain number stand for the same file, closing what it stood for. @returns It, or a negative errno. */
  duplicateTo(descriptor: number, target: number, closeOnExec: boolean): number {
    const entry = this.#entries.get(descriptor);
    if (entry === undefined || target < 0 || target >= this.limit) return -ERRNO.EBADF;
    entry.file.references++;
    if (this.#entries.has(target)) this.close(target);
    this.#entries.set(target, { file: entry.file, closeOnExec });
    return target;
  }

  /** Frees a number, and closes the file if it was the last. @returns 0, or a negative errno. */
  close(descriptor: number): number {
    const entry = this.#entries.get(descriptor);
    if (entry === undefined) return -ERRNO.EBADF;
    this.#entries.delete(descriptor);
    this.#dropLocks(entry.file);
    if (--entry.file.references > 0 || entry.file.borrowed) return 0;
    return hostCall("close", entry.file.host);
  }

  /** To close any descriptor of a file gives up all locks of it. */
  #dropLocks(file: OpenFile): void {
    const key = this.locked.size === 0 ? "" : lockKey(file.host);
    if (this.locked.delete(key)) dropLocks(this, key);
  }

  /** Whether a descriptor is closed by execve(2); undefined if there is none. */
  closeOnExec(descriptor: number): boolean | undefined {
    return this.#entries.get(descriptor)?.closeOnExec;
  }

  /** Sets whether a descriptor is closed by execve(2). */
  setCloseOnExec(descriptor: number, value: boolean): void {
    const entry = this.#entries.get(descriptor);
    if (entry !== undefined) entry.closeOnExec = value;
  }

  /** Closes what execve(2) closes. */
  closeForExec(): void {
    for (const descriptor of this.descriptors()) {
      if (this.closeOnExec(descriptor)) this.close(descriptor);
    }
  }

  /** Closes all. */
  closeAll(): void {
    for (const descriptor of this.descriptors()) this.close(descriptor);
  }
}

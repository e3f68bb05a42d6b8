/**
 * Resource limits of a guest process: they start as the host's, and setting one never changes the host process.
 *
 * Held to: open files, address space, data and the signal queue. The others are kept and told. See
 * getrlimit(2).
 */

import { RLIMIT } from "./abi/limits.ts";
import { HostBuffer, hostCall } from "./host.ts";

/** A limit without an end. */
export const UNLIMITED = 2n ** 64n - 1n;

/** A soft and a hard limit. */
export interface Limit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/** The limits of one process. */
export class Limits {
  readonly #limits: Limit[];

  constructor() {
    const record = new HostBuffer(16);
    this.#limits = Array.from({ length: Object.keys(RLIMIT).length }, (_, resource) => {
      hostCall("prlimit64", 0, resource, 0, record.address);
      return { soft: record.view.getBigUint64(0, true), hard: record.view.getBigUint64(8, true) };
    });
  }

  /** The same for a process that is made from this one's. */
  fork(): Limits {
    const limits = new Limits();
    this.#limits.forEach((limit, resource) => limits.set(resource, limit));
    return limits;
  }

  /** A limit, or undefined if there is none of that number. */
  get(resource: number): Limit | undefined {
    return this.#limits[resource];
  }

  /** Sets a limit that exists. */
  set(resource: number, limit: Limit): void {
    this.#limits[resource] = limit;
  }

  /** The soft limit of a resource as a number; Infinity if it has no end. */
  soft(resource: number): number {
    const { soft } = this.#limits[resource];
    return soft === UNLIMITED ? Infinity : Number(soft);
  }

  /** Largest number of open files. */
  get openFiles(): number {
    return this.soft(RLIMIT.RLIMIT_NOFILE);
  }
}

/**
 * What a guest may do beyond reading files and using its terminal: write, use the network, run programs. Every row that
 * does one of these asks here; see {@linkcode Permissions}.
 *
 * Leaves out what is asked about: see paths.ts for files, socket_address.ts for the network. The names are those that
 * Deno's users know.
 */

/** What a permission is about. */
export type PermissionKind = "read" | "write" | "net" | "run";

/** Something that a guest wants to do and may not yet. */
export interface PermissionRequest {
  /** What it takes. */
  readonly kind: PermissionKind;
  /** A host path, `host:port`, or `@name` for an abstract socket. */
  readonly what: string;
}

/** The answer to a request: for this path or host alone, for all of its kind, or no. */
export type PermissionAnswer = "allow" | "always" | "deny";

/** What a guest may do; by default it may read files and use its terminal. */
export interface PermissionOptions {
  /** Everything, but for what is denied. */
  readonly all?: boolean;
  /** Writing, creating, renaming and removing files; or only below these paths, as the guest sees them. */
  readonly write?: boolean | readonly string[];
  /** The network; or only these addresses: `127.0.0.1`, `127.0.0.1:80`, `[::1]:80`, `localhost`. */
  readonly net?: boolean | readonly string[];
  /** Running programs; or only these paths. */
  readonly run?: boolean | readonly string[];
  /** Paths that the guest may not see, nor what is below them, whatever else it may. */
  readonly denyRead?: readonly string[];
  /** Asked about what is not allowed; the guest stands still meanwhile. By default the answer is no. */
  readonly ask?: (request: PermissionRequest) => PermissionAnswer;
}

/** What was granted of a kind: all of it, or what a list holds. */
type Grant = true | readonly string[];

const LOCALHOST = ["127.0.0.1", "::1"];
/** A host or address, in brackets if it has colons, and perhaps a port. */
const HOST = /^(?:\[([^\]]+)\]|([^:]+)|([^:]*:[^:]*:.*))(?::(\d+))?$/;

function granted(value: boolean | readonly string[] | undefined, all: boolean | undefined): Grant {
  return value === true || all === true && value === undefined ? true : value || [];
}

/** Whether a path is one of the folders, or below one. */
function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder === "/" ? folder : `${folder}/`));
}

/** Reads entries of a list of hosts. @throws {TypeError} If one is none. */
function readHosts(list: readonly string[]): string[] {
  return list.flatMap((text) => {
    const found = HOST.exec(text);
    if (found === null) throw new TypeError(`Cannot allow the network to ${text}: write it as address or address:port`);
    const [, bracketed, plain, bare, port] = found;
    const host = (bracketed ?? plain ?? bare).toLowerCase();
    const hosts = host === "localhost" ? LOCALHOST : [host];
    if (hosts.some((each) => !/^[\d.]+$/.test(each) && !each.includes(":"))) {
      throw new TypeError(`Cannot allow the network to ${text}: it is a name; give its address`);
    }
    return hosts.map((each) => port === undefined ? each : `${each}:${port}`);
  });
}

/** Decides, for one guest and the processes that it makes. */
export class Permissions {
  readonly #granted: Record<PermissionKind, Grant>;
  readonly #hidden: readonly string[];
  readonly #ask: PermissionOptions["ask"];
  readonly #denied = new Map<string, PermissionRequest>();

  /**
   * @param resolve From a path of the options to the host's.
   * @throws {TypeError} If a host cannot be read.
   */
  constructor(options: PermissionOptions, resolve: (path: string) => string) {
    const { all, ask, denyRead = [] } = options;
    const paths = (grant: Grant) =>
      grant === true ? grant : grant.map((path) => path[0] === "@" ? path : resolve(path));
    const net = granted(options.net, all);
    this.#granted = {
      read: true,
      write: paths(granted(options.write, all)),
      net: net === true ? net : readHosts(net),
      run: paths(granted(options.run, all)),
    };
    this.#hidden = denyRead.map(resolve);
    this.#ask = ask;
  }

  /** What was refused so far, each once. */
  get denied(): readonly PermissionRequest[] {
    return [...this.#denied.values()];
  }

  /** Whether nothing of a kind needs a decision. */
  allowsAll(kind: PermissionKind): boolean {
    return this.#granted[kind] === true && (kind === "net" || this.#hidden.length === 0);
  }

  /** Whether a path may be seen at all. */
  mayRead(path: string): boolean {
    return !isBelow(path, this.#hidden) || this.#refuse({ kind: "read", what: path });
  }

  /** Whether a file may be written, made, changed or removed. */
  mayWrite(path: string): boolean {
    return this.mayRead(path) && this.#may("write", path, (list) => isBelow(path, list));
  }

  /** Whether a file may get another name: not if a hidden one would be seen by it. */
  mayMove(path: string): boolean {
    const hidden = this.#hidden.find((each) => isBelow(each, [path]));
    return hidden === undefined ? this.mayWrite(path) : this.#refuse({ kind: "read", what: hidden });
  }

  /** Whether it may be written, for who only wants to know: nobody is asked, and nothing noted. */
  wouldWrite(path: string): boolean {
    const { write } = this.#granted;
    return !isBelow(path, this.#hidden) && (this.#ask !== undefined || write === true || isBelow(path, write));
  }

  /** Whether a program may be run. */
  mayRun(path: string): boolean {
    return this.mayRead(path) && this.#may("run", path, (list) => isBelow(path, list));
  }

  /** Whether the guest may talk to an address, or be talked to at it. */
  mayUse(address: string, port: number): boolean {
    const what = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    return this.#may("net", what, (list) => list.includes(address) || list.includes(`${address}:${port}`));
  }

  #may(kind: PermissionKind, what: string, isListed: (list: readonly string[]) => boolean): boolean {
    const grant = this.#granted[kind];
    if (grant === true || isListed(grant) || grant.includes(what)) return true;
    const request = { kind, what };
    if (this.#ask === undefined || this.#denied.has(`${kind} ${what}`)) return this.#refuse(request);
    const answer = this.#ask(request);
    if (answer === "deny") return this.#refuse(request);
    this.#granted[kind] = answer === "always" ? true : [...grant, what];
    return true;
  }

  #refuse(request: PermissionRequest): false {
    this.#denied.set(`${request.kind} ${request.what}`, request);
    return false;
  }
}

/**
 * A profile in callgrind's format: what the functions cost at which lines, and what their calls cost.
 *
 * Code of another file in a function, as inlined calls bring it, has that file's name before it. Leaves out compressed
 * names and positions. Format: https://valgrind.org/docs/manual/cl-format.html
 */

/** A function; it is told from others by all three. */
export interface CallgrindFunction {
  /** Path of the image it is in. */
  readonly object: string;
  /** Its source file. */
  readonly file: string;
  /** Its name. */
  readonly name: string;
}

/** A place in the code. */
export interface CallgrindPosition {
  /** Its address. */
  readonly address: bigint;
  /** Its source file; undefined if that is the function's. */
  readonly file: string | undefined;
  /** Its source line; 0 if it is not known. */
  readonly line: number;
}

/** Calls of a function from one place. */
export interface CallgrindCall {
  /** Where it is called. */
  readonly site: CallgrindPosition;
  /** The function. */
  readonly target: CallgrindFunction;
  /** Where it begins. */
  readonly start: CallgrindPosition;
  /** How often it was called. */
  readonly calls: number;
  /** What it cost with all that it called. */
  readonly inclusive: number;
}

/** What a function cost. */
export interface CallgrindCosts {
  /** The function. */
  readonly called: CallgrindFunction;
  /** Its own costs. */
  readonly own: readonly { readonly position: CallgrindPosition; readonly cost: number }[];
  /** What it called. */
  readonly calls: readonly CallgrindCall[];
}

/** What the profile says of the run. */
export interface CallgrindHeader {
  /** The process. */
  readonly pid: number;
  /** The command line. */
  readonly command: string;
  /** All costs. */
  readonly total: number;
}

/** The text of a profile, in parts. */
export function* callgrindText(
  { pid, command, total }: CallgrindHeader,
  functions: Iterable<CallgrindCosts>,
): Generator<string> {
  yield "# callgrind format\nversion: 1\ncreator: ceratops\n";
  yield `pid: ${pid}\ncmd: ${command}\npositions: instr line\nevents: Ir\nsummary: ${total}\n`;
  for (const { called, own, calls } of functions) {
    yield `\nob=${called.object}\nfl=${called.file}\nfn=${called.name}\n`;
    let file = called.file;
    const turnTo = (wanted = called.file) => {
      if (wanted === file) return "";
      file = wanted;
      return `${wanted === called.file ? "fe" : "fi"}=${wanted}\n`;
    };
    for (const { position, cost } of own) yield `${turnTo(position.file)}${positionText(position)} ${cost}\n`;
    for (const { site, target, start, calls: times, inclusive } of calls) {
      yield turnTo(site.file);
      yield `cob=${target.object}\ncfi=${target.file}\ncfn=${target.name}\n`;
      yield `calls=${times} ${positionText(start)}\n${positionText(site)} ${inclusive}\n`;
    }
  }
}

function positionText({ address, line }: CallgrindPosition): string {
  return `0x${address.toString(16)} ${line}`;
}

/**
 * Names of C++ and Rust as their sources have them, from what linkers see: `_ZN3foo3barEi` is `foo::bar(int)`.
 *
 * The work is gecko-profiler-demangle's, a WebAssembly module that is loaded when the first such name comes. Itanium C++
 * ABI, section 5.1; Rust RFC 2603.
 */

// Not by the import map: a script that imports the library by its path has none.
// deno-lint-ignore no-import-prefix
import * as loaded from "npm:gecko-profiler-demangle@0.4.0/index_bg.js";

/** The module's own JavaScript, which has no types. */
interface Glue {
  readonly demangle_any: (name: string) => string;
  readonly __wbg_set_wasm: (exports: WebAssembly.Exports) => void;
  readonly __wbindgen_init_externref_table: () => void;
}

const glue: Glue = loaded;
/** What gcc and LLVM add to the names of copies; parts that are hardly ever executed, `.cold`, are none. */
const COPY = /(?:\.(?:lto_priv|constprop|isra|part|llvm)\.\d+)+$/;
const MANGLED = /^_(?:Z|R[A-Z])/;
/** Longest name that is tried. */
const LONGEST = 8192;

let isReady = false;
const known = new Map<string, string>();

/** Whether a name is one of those that compilers make. */
export function isMangled(name: string): boolean {
  return MANGLED.test(name);
}

/**
 * The name as the source has it.
 *
 * @param name A symbol's name, with a version (`@GLIBCXX_3.4`) or without.
 * @returns The name with its namespaces and parameters; the same name if it is no mangled one.
 */
export function demangle(name: string): string {
  if (!isMangled(name) || name.length > LONGEST) return name;
  let found = known.get(name);
  if (found === undefined) known.set(name, found = demangled(name));
  return found;
}

function demangled(name: string): string {
  const at = name.indexOf("@");
  const [plain, version] = at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at)];
  if (!isReady) load();
  return `${asLinkersSay(glue.demangle_any(plain))}${version}`;
}

/** The tables that compilers make, as c++filt calls them: `vtable for A` rather than `{vtable(A)}`. */
function asLinkersSay(name: string): string {
  const special = /^\{([a-z A-Z-]+)\((.*)\)\}$/.exec(name);
  if (special === null) return name;
  const [, what, of] = special;
  return `${WORDS[what] ?? `${what} for`} ${of}`;
}

const WORDS: Readonly<Record<string, string>> = { vtt: "VTT for" };

function load(): void {
  const bytes = Deno.readFileSync(new URL(import.meta.resolve("npm:gecko-profiler-demangle@0.4.0/index_bg.wasm")));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    "./index_bg.js": { __wbindgen_init_externref_table: glue.__wbindgen_init_externref_table },
  });
  glue.__wbg_set_wasm(exports);
  const start = exports.__wbindgen_start;
  if (typeof start === "function") start();
  isReady = true;
}

/** The name without its parameters: `foo::bar`. */
export function withoutParameters(name: string): string {
  let depth = 0;
  for (let at = name.length - 1; at >= 0; at--) {
    const character = name[at];
    if (character === ")" || character === ">") depth++;
    else if (character === "(" || character === "<") {
      depth--;
      if (depth === 0 && character === "(") return name.slice(0, at);
    }
  }
  return name;
}

/**
 * Whether a symbol is of what somebody calls by a name: mangled, one of the copies that optimizers make of a function, or
 * a template's for whatever types, if the name has none.
 *
 * @param symbol The symbol's name.
 * @param wanted What was written: `ns::function`, `function`, `function(int)`.
 */
export function isCalled(symbol: string, wanted: string): boolean {
  const mangled = symbol.replace(COPY, "");
  if (mangled === wanted) return true;
  if (!isMangled(mangled)) return false;
  const word = /(\w+)\W*$/.exec(withoutArguments(withoutParameters(wanted)))?.[1];
  // The names in a mangled name are as they are: most need not be demangled.
  if (word === undefined || !mangled.includes(word)) return false;
  const full = demangle(mangled);
  if (full === wanted) return true;
  const plain = withoutResult(withoutParameters(full));
  if (plain === wanted || plain.endsWith(`::${wanted}`) || full.endsWith(`::${wanted}`)) return true;
  if (wanted.includes("<") || !plain.includes("<")) return false;
  const generic = withoutArguments(plain);
  return generic === wanted || generic.endsWith(`::${wanted}`);
}

/** The name without the type that comes first in the names of templates. */
function withoutResult(name: string): string {
  let depth = 0;
  let start = 0;
  for (let at = 0; at < name.length && !name.startsWith("operator", start); at++) {
    if (name[at] === "<") depth++;
    else if (name[at] === ">") depth--;
    else if (name[at] === " " && depth === 0) start = at + 1;
  }
  return name.slice(start);
}

/** The name without what templates are made for. */
function withoutArguments(name: string): string {
  let depth = 0;
  let generic = "";
  for (let at = 0; at < name.length; at++) {
    // Rust writes what implements what in angles at the start, C++ has operators: neither are arguments.
    if (name[at] === "<" && at > 0 && !generic.endsWith("operator")) depth++;
    else if (name[at] === ">" && depth > 0) depth--;
    else if (depth === 0) generic += name[at];
  }
  return generic.replace(/(?:::)+$/, "").replaceAll("::::", "::");
}

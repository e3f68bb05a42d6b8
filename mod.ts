/**
 * Ceratops: a scriptable instrumentation engine for Linux programs.
 *
 * @module
 */

export { LibraryNotFoundError, type TriedLibrary } from "./engine/ffi/errors.ts";
export {
  checkLibrary,
  findLibrary,
  type FoundLibrary,
  type LibraryCandidate,
  type LibraryCheck,
  type LibraryRequirement,
  libraryRequirements,
  searchLibrary,
} from "./engine/ffi/find_library.ts";
export {
  type Environment,
  libraryFileName,
  type LibraryName,
  type LibraryOrigin,
  libraryVariable,
  privateFolder,
} from "./engine/ffi/library_places.ts";

// Not awaited: the set-up imports this module, which would then wait for itself.
if (import.meta.main && Deno.args[0] === "setup") {
  import("./repl/setup/setup.ts").then(async ({ setup }) => Deno.exit(await setup()));
} else if (import.meta.main && Deno.args[0] === "doctor") {
  import("./repl/setup/doctor.ts").then(async ({ doctor }) => Deno.exit(await doctor()));
}

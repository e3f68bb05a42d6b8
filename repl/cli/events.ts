/** `ceratops events`: a binary file of `trace`, `dyntrace` or `memtrace` as the text that the plugin writes. */

import { eventLine, readEventFile } from "../../mod.ts";
import { CommandLineError, STATUS } from "./errors.ts";
import type { Output } from "./output.ts";

/**
 * Writes a file's events, a line each.
 *
 * @throws {CommandLineError} If the file cannot be read, or is none of events.
 */
export function writeEvents(output: Output, path: string): void {
  try {
    for (const event of readEventFile(Deno.readFileSync(path))) output.write(eventLine(event));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    output.flush();
    throw new CommandLineError(`Cannot show the events of ${path}: ${error.message}`, STATUS.failed);
  }
}

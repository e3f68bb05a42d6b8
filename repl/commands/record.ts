/** `record`: keeps what is typed and printed in a file. */

import { resolve } from "node:path";
import { CommandError } from "../session/errors.ts";
import type { Command } from "./command.ts";
import { fileNames } from "./source.ts";
import { splitWords } from "./words.ts";

export const record: Command = {
  name: "record",
  usage: "record FILE | record stop",
  summary: "Keep what is typed and printed in a file; Markdown if it is named .md",
  details: "What the guest itself writes is not in it. `replay FILE` types it again.",
  example: "record /tmp/session.md\nregs\nrecord stop",
  run(session, text) {
    const [path, ...rest] = splitWords(text);
    if (path === undefined) {
      return session.out.print(session.recorder.path ?? "Nothing is recorded; `record FILE` begins to");
    }
    if (rest.length > 0) throw new CommandError(`Cannot record to ${text}: name one file`);
    if (path !== "stop") return session.recorder.start(resolve(path), session.title);
    const stopped = session.recorder.stop();
    if (stopped === undefined) throw new CommandError("Cannot stop recording: nothing is recorded");
    session.out.print(`Recorded ${stopped}`);
  },
  complete: (_session, text) => ["stop", ...fileNames(text)],
};

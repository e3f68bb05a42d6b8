/**
 * A terminal for tests: a program in tmux, with a server of its own, keys to press and a screen to look at.
 *
 * Without colours, unless they are wanted. Every wait is bounded, and generous: the machine may be busy.
 */

import assert from "node:assert/strict";

const PATIENCE_MILLISECONDS = 90_000;
const ROOT = new URL("../..", import.meta.url).pathname;

/** What a terminal is like. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Whether programs may use colours; by default they are told not to. */
  readonly colours?: boolean;
}

/** A terminal with a program in it. */
export class Screen implements AsyncDisposable {
  readonly #socket = `ceratops-test-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Runs a shell command in a terminal.
   *
   * @param state Folder for XDG_STATE_HOME; by default a new one, that is removed at the end.
   */
  static async open(
    command: string,
    state?: string,
    terminal: Terminal = { columns: 110, rows: 50 },
  ): Promise<Screen> {
    const folder = await Deno.makeTempDir({ prefix: "ceratops-screen-" });
    const screen = new Screen(folder);
    // Ctrl-C reaches the shell, too, which must live on to tell the status.
    const environment = [
      "env",
      "TERM=xterm-256color",
      ...(terminal.colours ? [] : ["NO_COLOR=1"]),
      `XDG_STATE_HOME=${state ?? folder}`,
      "PS1=shell> ",
    ];
    await screen.#tmux(
      ...["new-session", "-d", "-x", String(terminal.columns), "-y", String(terminal.rows), "-c", ROOT],
      [...environment.map((word) => `'${word}'`), "sh", "-c", `'trap : INT; ${command}; exec sh'`].join(" "),
    );
    return screen;
  }

  async #tmux(...args: string[]): Promise<string> {
    const command = new Deno.Command("tmux", {
      args: ["-L", this.#socket, "-f", "/dev/null", ...args],
      env: { TERM: "xterm-256color", TMUX: "", TMUX_TMPDIR: this.#folder, LC_ALL: "C.UTF-8" },
    });
    let output: Deno.CommandOutput;
    try {
      output = await command.output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error("Cannot test the terminal: tmux is not installed; install tmux", { cause: error });
    }
    assert(output.success, `tmux ${args.join(" ")}: ${new TextDecoder().decode(output.stderr)}`);
    return new TextDecoder().decode(output.stdout);
  }

  /** Types a line, and Enter. */
  async type(line: string): Promise<void> {
    // tmux takes a semicolon at the end for its own.
    if (line !== "") await this.#tmux("send-keys", "-l", line.replace(/;$/, "\\;"));
    await this.press("Enter");
  }

  /** Presses a key by tmux's name: `C-c`, `Up`, `Tab`. */
  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", key);
  }

  /** What was on the screen so far, what has scrolled away included. */
  async text(): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-S", "-2000")).trimEnd();
  }

  /** What is on the screen now. */
  async shown(): Promise<string> {
    return (await this.#tmux("capture-pane", "-p")).trimEnd();
  }

  /** What is on the screen now, with the escape sequences of its colours. */
  async styled(): Promise<string> {
    return await this.#tmux("capture-pane", "-p", "-e");
  }

  /** Waits until the text matches. @returns The match. */
  wait(pattern: RegExp): Promise<RegExpMatchArray> {
    return this.#waitFor(String(pattern), (text) => pattern.exec(text) ?? undefined);
  }

  /** Types lines at the prompt, each when it has come back; `...` is the prompt of what lacks its end. */
  async typeAll(lines: readonly string[]): Promise<void> {
    const prompts = (text: string) => text.match(/^(?:\(ceratops\)|\.\.\.)(?: |$)/gm)?.length ?? 0;
    await this.wait(/\(ceratops\)$/);
    for (const line of lines) {
      const before = prompts(await this.text());
      await this.type(line);
      await this.#waitFor(`a prompt after ${line}`, (text) => prompts(text) > before || undefined);
      await this.wait(/^(?:\(ceratops\)|\.\.\.)$(?![^])/m);
    }
  }

  async #waitFor<T>(what: string, find: (text: string) => T | undefined): Promise<T> {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const text = await this.text();
      const found = find(text);
      if (found !== undefined) return found;
      assert(performance.now() < end, `${what} did not come; on the screen:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Types a line at an empty prompt and waits for what comes of it. */
  async ask(line: string, pattern: RegExp): Promise<RegExpMatchArray> {
    await this.wait(/\(ceratops\)$/);
    await this.type(line);
    return await this.wait(pattern);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The prompt's command line over a guest, for {@linkcode Screen.open}. */
export function replCommand(program: string, ...args: readonly string[]): string {
  return [`"${Deno.execPath()}"`, "run", "-A", "mod.ts", "repl", program, ...args].join(" ");
}

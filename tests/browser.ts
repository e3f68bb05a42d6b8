/** A headless browser for the pages that are made here; there may be none on a machine. */

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

async function findBrowser(): Promise<string | undefined> {
  for (const name of NAMES) {
    const found = await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output()
      .then(({ success }) => success, () => false);
    if (found) return name;
  }
  return undefined;
}

const browser = await findBrowser();

/** Whether there is one. */
export const hasBrowser: boolean = browser !== undefined;

/** What a page is opened with. */
export interface PageOptions {
  /** The part of the address behind `#`. */
  readonly hash?: string;
  /** What the reader's system prefers. */
  readonly scheme?: "light" | "dark";
}

/**
 * Opens a page, runs a script in it when it is ready, and gives what the script comes to.
 *
 * @param html The page.
 * @param script The body of a function; what it returns goes through JSON.
 * @throws {Error} If the page or the script throws.
 */
export async function inBrowser(html: string, script: string, options: PageOptions = {}): Promise<unknown> {
  const { hash = "", scheme = "light" } = options;
  const folder = await Deno.makeTempDir();
  try {
    const watch = `<script>addEventListener("error", ({ message }) => document.title = "ERROR " + message);</script>`;
    const ask = `<script>addEventListener("load", () => {
      const answer = (() => { ${script} })();
      const pre = document.createElement("pre");
      pre.id = "answer";
      pre.textContent = encodeURIComponent(JSON.stringify(answer ?? null));
      document.body.append(pre);
    });</script>`;
    const page = html.replace("<head>", () => `<head>${watch}`).replace("</body>", () => `${ask}</body>`);
    await Deno.writeTextFile(`${folder}/page.html`, page);
    const { stdout } = await new Deno.Command(browser ?? NAMES[0], {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,800", `--user-data-dir=${folder}/data`],
        `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
        ...["--dump-dom", `file://${folder}/page.html${hash === "" ? "" : `#${hash}`}`],
      ],
      stderr: "null",
    }).output();
    const dom = new TextDecoder().decode(stdout);
    const problem = /<title>(ERROR [^<]*)/.exec(dom)?.[1];
    const answer = /<pre id="answer">([^<]*)<\/pre>/.exec(dom)?.[1];
    if (problem !== undefined || answer === undefined) throw new Error(problem ?? "The page did not answer");
    return JSON.parse(decodeURIComponent(answer));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

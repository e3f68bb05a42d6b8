/** How a value of a notebook is shown: what Deno's Jupyter kernel asks for, as Markdown, HTML or text. */

/** The name of the method that the kernel calls on the last value of a cell. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** A value that a notebook shows: contents by media type, of which it takes the best that it can show. */
export interface Displayed {
  /** The contents. */
  [DISPLAY](): Readonly<Record<string, string>>;
}

/** Makes one of HTML, and of text for where there is no HTML. */
export function displayed(html: string, text: string): Displayed {
  return { [DISPLAY]: () => ({ "text/html": html, "text/plain": text }) };
}

/** Text in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

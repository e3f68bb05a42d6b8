/**
 * Makes an SVG of a terminal's screen: text with the escape sequences for bold, dim and the eight colours.
 *
 * Leaves out all other sequences and characters of double width. See console_codes(4), "ECMA-48 Set Graphics Rendition".
 */

/** What a picture shows besides the screen. */
export interface Picture {
  /** The text of the window's bar. */
  readonly title: string;
  readonly columns: number;
}

/** Some text of one look. */
interface Span {
  readonly text: string;
  readonly column: number;
  readonly style: Style;
}

interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  /** Index of a colour; undefined for the terminal's own. */
  readonly colour: number | undefined;
}

const PLAIN: Style = { bold: false, dim: false, colour: undefined };
const COLOURS = ["#565f73", "#f2777a", "#99cc88", "#ffcc66", "#6ab0f3", "#d8a0df", "#66cccc", "#e6e6e6"];
const [BACKGROUND, BAR, TEXT] = ["#1d2129", "#2b313c", "#d7dae0"];
const FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";
const [CELL_WIDTH, CELL_HEIGHT, MARGIN, BAR_HEIGHT] = [8, 17, 14, 30];
const ESCAPE = "\x1b";
const SEQUENCE = new RegExp(`${ESCAPE}\\[([\\d;]*)m`);

/**
 * Makes the picture.
 *
 * @param screen Lines, as `tmux capture-pane -e -p` prints them.
 * @returns The text of an SVG file.
 */
export function screenSvg(screen: string, { title, columns }: Picture): string {
  const rows = spansOf(screen.trimEnd());
  const width = columns * CELL_WIDTH + 2 * MARGIN;
  const height = rows.length * CELL_HEIGHT + BAR_HEIGHT + 2 * MARGIN;
  const lines = rows.flatMap((spans, row) => {
    const y = BAR_HEIGHT + MARGIN + row * CELL_HEIGHT + 13;
    return spans.map((span) => textOf(span, y));
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<path d="M0 ${BAR_HEIGHT}V8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${BAR_HEIGHT}z" fill="${BAR}"/>`,
    `<g font-family="${FONT}" font-size="13" fill="${TEXT}">`,
    `<text x="${MARGIN}" y="20" opacity="0.7">${escaped(title)}</text>`,
    ...lines,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** The spans of each line. A look lasts over the ends of lines. */
function spansOf(screen: string): Span[][] {
  let style = PLAIN;
  return screen.split("\n").map((line) => {
    const spans: Span[] = [];
    let column = 0;
    line.split(SEQUENCE).forEach((part, at) => {
      if (at % 2 === 1) {
        style = styled(style, part);
      } else {
        // Browsers make one space of several, so each piece between them has a place of its own.
        for (const { 0: text, index } of part.matchAll(/\S+(?: \S+)*/g)) {
          spans.push({ text, column: column + index, style });
        }
        column += part.length;
      }
    });
    return spans;
  });
}

/** A look after a sequence with these numbers. */
function styled(style: Style, numbers: string): Style {
  for (const number of numbers.split(";").map(Number)) {
    if (number === 0) style = PLAIN;
    else if (number === 1) style = { ...style, bold: true };
    else if (number === 2) style = { ...style, dim: true };
    else if (number === 22) style = { ...style, bold: false, dim: false };
    else if (number >= 30 && number <= 37) style = { ...style, colour: number - 30 };
    else if (number === 39) style = { ...style, colour: undefined };
  }
  return style;
}

/** Each span has its own place and length, so that columns stay below each other in any font. */
function textOf({ text, column, style: { bold, dim, colour } }: Span, y: number): string {
  const attributes = [
    `x="${MARGIN + column * CELL_WIDTH}" y="${y}" textLength="${text.length * CELL_WIDTH}"`,
    ...(colour === undefined ? [] : [`fill="${COLOURS[colour]}"`]),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity="0.55"'] : []),
  ];
  return `<text ${attributes.join(" ")}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

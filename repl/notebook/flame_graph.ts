/** A flame graph as a picture of a notebook: stacks of calls, each as wide as the instructions executed in it. */

import { type Displayed, displayed, escapeHtml } from "./display.ts";

/** How it is drawn. */
export interface FlameGraphOptions {
  /** In pixels; by default 900. */
  readonly width?: number;
}

interface Frame {
  readonly name: string;
  executed: number;
  readonly callees: Map<string, Frame>;
}

const ROW_HEIGHT = 19;
/** Narrower frames are left out. */
const LEAST_WIDTH = 0.3;
const CHARACTER_WIDTH = 7;

/**
 * Draws stacks; callers are above their callees.
 *
 * @param collapsed A line a stack, `main;f;g 123`, as the plugin `flame` reports them.
 */
export function flameGraph(collapsed: string, { width = 900 }: FlameGraphOptions = {}): Displayed {
  const all = treeOf(collapsed);
  const height = depthOf(all) * ROW_HEIGHT;
  const boxes = draw(all, { x: 0, row: 0, scale: width / Math.max(all.executed, 1), total: all.executed });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="monospace" font-size="12">${boxes.join("")}</svg>`,
  ];
  return displayed(svg.join(""), collapsed.trimEnd());
}

/** The frames by who calls them; the topmost stands for all. */
function treeOf(collapsed: string): Frame {
  const all = newFrame("all");
  for (const line of collapsed.trimEnd().split("\n")) {
    const [, names, count] = /^(.*) (\d+)$/.exec(line) ?? [];
    if (names === undefined) continue;
    let frame = all;
    frame.executed += Number(count);
    for (const name of names.split(";")) {
      const callee = frame.callees.get(name) ?? newFrame(name);
      frame.callees.set(name, callee);
      callee.executed += Number(count);
      frame = callee;
    }
  }
  return all;
}

function newFrame(name: string): Frame {
  return { name, executed: 0, callees: new Map() };
}

function depthOf({ callees }: Frame): number {
  return 1 + Math.max(0, ...[...callees.values()].map(depthOf));
}

interface Place {
  readonly x: number;
  readonly row: number;
  /** Pixels of an instruction. */
  readonly scale: number;
  readonly total: number;
}

function draw(frame: Frame, place: Place): string[] {
  const { x, row, scale, total } = place;
  const width = frame.executed * scale;
  if (width < LEAST_WIDTH) return [];
  const percent = (100 * frame.executed / total).toFixed(1);
  const label = frame.name.slice(0, Math.max(0, Math.floor((width - 6) / CHARACTER_WIDTH)));
  const boxes = [
    `<g><title>${escapeHtml(frame.name)}: ${frame.executed.toLocaleString("en")} (${percent}%)</title>` +
    `<rect x="${x.toFixed(1)}" y="${row * ROW_HEIGHT}" width="${width.toFixed(1)}" height="${ROW_HEIGHT - 1}"` +
    ` fill="${colourOf(frame.name)}" stroke="#fff" stroke-width="0.5"/>` +
    (label.length < 3
      ? ""
      : `<text x="${(x + 3).toFixed(1)}" y="${row * ROW_HEIGHT + 13}">${escapeHtml(label)}</text>`) +
    "</g>",
  ];
  let at = x;
  for (const callee of frame.callees.values()) {
    boxes.push(...draw(callee, { ...place, x: at, row: row + 1 }));
    at += callee.executed * scale;
  }
  return boxes;
}

/** A warm colour, the same for each frame of a name. */
function colourOf(name: string): string {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.charCodeAt(0)) % 997;
  return `hsl(${20 + hash % 40} 85% ${62 + hash % 14}%)`;
}

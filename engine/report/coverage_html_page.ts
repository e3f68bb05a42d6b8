/** The style and the script of the HTML report: see coverage_html.ts. Both are written out as they are. */

/** The style: light or dark as the browser wants. */
export const PAGE_STYLE = `:root { color-scheme: light dark;
  --paper: light-dark(#fff, #16181c); --ink: light-dark(#1c1f24, #d8dbe0); --faint: light-dark(#6b7280, #8b929d);
  --line: light-dark(#e3e5e9, #2b2f36); --raised: light-dark(#f6f7f9, #1d2026); --link: light-dark(#0b57d0, #8ab4f8);
  --all: light-dark(#176c33, #6fcf8a); --most: light-dark(#5c6b00, #c6cf5a); --some: light-dark(#9a5b00, #f0b054);
  --no: light-dark(#b3261e, #f2857d); --missed: light-dark(#fde8e6, #43211f); --heat-color: light-dark(#2da44e, #2ea043); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem clamp(1rem, 3vw, 3rem); background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
code, .source, .functions, .tree th[scope] { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
h1 { font-size: 1.4rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: .5rem 0; overflow-wrap: anywhere; }
h2 span, header p { color: var(--faint); font-weight: 400; margin: .2rem 0; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
.totals { display: flex; flex-wrap: wrap; gap: 2.5rem; margin: 1rem 0 1.5rem; }
.totals b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.totals span { color: var(--faint); font-size: .9rem; }
.all { color: var(--all); } .most { color: var(--most); } .some { color: var(--some); } .no { color: var(--no); }
.none { color: var(--faint); }
table { border-collapse: collapse; } button { font: inherit; color: inherit; background: none; border: 0; padding: 0;
  cursor: pointer; }
.tree { width: 100%; } .tree td, .tree th { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right;
  font-variant-numeric: tabular-nums; font-size: .9rem; }
.tree td:nth-child(odd) { color: var(--faint); } .tree thead th { color: var(--faint); font-weight: 500;
  position: sticky; top: 0; background: var(--paper); } .tree thead th:first-child, .tree th[scope] { text-align: left; }
.tree th[scope] { font-weight: 400; padding-left: calc(.6rem + 1.3rem * var(--depth)); overflow-wrap: anywhere; }
.tree tbody tr:hover { background: var(--raised); } .tree tr[hidden] { display: none; }
.bar { display: block; height: 3px; width: min(14rem, 100%); margin-top: .2rem; border-radius: 2px;
  background: linear-gradient(to right, var(--heat-color) calc(100% * var(--share)), var(--missed) 0); }
.folder { text-align: left; } .folder::before { content: "▾ "; } .folder[aria-expanded=false]::before { content: "▸ "; }
th[aria-sort] button::after { content: " ↓"; } th[aria-sort=ascending] button::after { content: " ↑"; }
.file { border-top: 0; } nav { margin: .5rem 0; } details { margin: 0 0 1rem; } summary { cursor: pointer; }
.functions td { padding: 0 .8rem 0 0; font-size: .85rem; } .functions td:first-child { text-align: right; }
.source { width: 100%; font-size: 13px; line-height: 1.45; tab-size: 4; }
.source td { padding: 0 .6rem; vertical-align: top; } .source .text { white-space: pre-wrap; overflow-wrap: anywhere;
  width: 100%; } .number, .count { text-align: right; font-variant-numeric: tabular-nums; user-select: none; }
.number { color: var(--faint); } .ways { white-space: nowrap; }
.ways i { display: inline-block; width: .55em; height: .55em; margin-right: 1px; border-radius: 50%; background: currentColor; }
.ran { background: color-mix(in srgb, var(--heat-color) calc(4% + 4% * var(--heat)), transparent); }
.missed { background: var(--missed); } .missed .count { color: var(--no); } tr:target .number { font-weight: 700; }
tr:target { outline: 2px solid var(--link); outline-offset: -2px; }
@media (max-width: 40rem) { .tree td:nth-of-type(n+3), .tree thead th:nth-child(n+3) { display: none; }
  .totals { gap: 1.2rem; } }
`;

/** The script: sorts the table, folds folders, and shows the file that the address names. */
export const PAGE_SCRIPT = `"use strict";
const overview = document.getElementById("overview");
const body = overview.querySelector("tbody");
const rows = [...body.rows];
let order = { key: "name", sign: 1 };

function sortRows() {
  const { key, sign } = order;
  const value = (row) => key === "name" ? row.dataset.name : Number(row.dataset[key]);
  const children = Map.groupBy(rows, (row) => row.dataset.parent);
  const put = (parent) => {
    const list = (children.get(parent) ?? []).toSorted((a, b) =>
      sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) || (a.dataset.name < b.dataset.name ? -1 : 1));
    for (const row of list) { body.append(row); if (row.querySelector(".folder")) put(row.dataset.path); }
  };
  put("");
  for (const button of overview.querySelectorAll("[data-sort]")) {
    const head = button.parentElement;
    if (button.dataset.sort === key) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  }
}

function foldRows() {
  const folded = rows.filter((row) => row.querySelector('[aria-expanded="false"]')).map((row) => row.dataset.path);
  for (const row of rows) {
    row.hidden = folded.some((path) => row.dataset.path !== path && row.dataset.parent.startsWith(path));
  }
}

function showPlace() {
  const place = decodeURIComponent(location.hash.slice(1));
  const file = /^file\\d+/.exec(place)?.[0];
  for (const section of document.querySelectorAll(".file")) section.hidden = section.id !== file;
  overview.hidden = document.querySelector("header").hidden = file !== undefined;
  if (file === undefined) return;
  const target = document.getElementById(place);
  if (target === null || place === file) scrollTo(0, 0);
  else target.scrollIntoView({ block: "center" });
}

overview.addEventListener("click", ({ target }) => {
  if (target.dataset.sort !== undefined) {
    const key = target.dataset.sort;
    order = { key, sign: order.key === key ? -order.sign : 1 };
    sortRows();
  } else if (target.classList.contains("folder")) {
    target.setAttribute("aria-expanded", target.getAttribute("aria-expanded") === "false");
    foldRows();
  }
});
addEventListener("hashchange", showPlace);
sortRows();
showPlace();
`;

/**
 * The size of a heap over time in massif's format, for ms_print and massif-visualizer: time is bytes allocated and
 * freed, and the snapshot of the peak says what it consisted of. See the valgrind manual, 9.
 */

/** What was in use at one place, with the calls that led there, the innermost first. */
export interface HeapShare {
  /** Names of functions. */
  readonly frames: readonly string[];
  /** How much it was. */
  readonly bytes: number;
}

/** The heap at a moment. */
export interface HeapSnapshot {
  /** Bytes allocated and freed until then. */
  readonly time: number;
  /** Bytes in use. */
  readonly bytes: number;
  /** What it consisted of, at the peak. */
  readonly shares?: readonly HeapShare[];
}

/** Shares below this part of the peak are summed up. */
const THRESHOLD = 0.01;

/** The file's text. */
export function massif(command: string, snapshots: readonly HeapSnapshot[]): string {
  const parts = snapshots.map(({ time, bytes, shares }, index) =>
    `#-----------\nsnapshot=${index}\n#-----------\ntime=${time}\nmem_heap_B=${bytes}\nmem_heap_extra_B=0\n` +
    `mem_stacks_B=0\n` + (shares === undefined ? "heap_tree=empty\n" : `heap_tree=peak\n${tree(shares, bytes)}`)
  );
  return `desc: ceratops\ncmd: ${command}\ntime_unit: B\n${parts.join("")}`;
}

function tree(shares: readonly HeapShare[], total: number): string {
  const title = "(heap allocation functions) malloc/new/new[], --alloc-fns, etc.";
  return node(title, shares, 0, Math.max(1, total * THRESHOLD));
}

function node(title: string, shares: readonly HeapShare[], depth: number, least: number): string {
  const bytes = sum(shares);
  const groups = [...Map.groupBy(shares.filter(({ frames }) => frames.length > depth), ({ frames }) => frames[depth])]
    .map(([name, list]) => ({ name, list, bytes: sum(list) }))
    .sort((a, b) => b.bytes - a.bytes);
  const large = groups.filter((group) => group.bytes >= least);
  const small = groups.filter((group) => group.bytes < least);
  const indent = " ".repeat(depth);
  const children = large.map(({ name, list }) => node(name, list, depth + 1, least));
  if (small.length > 0) {
    const places = `in ${small.length} place${small.length === 1 ? "" : "s"}, all below massif's threshold (1.00%)`;
    children.push(`${indent} n0: ${small.reduce((all, group) => all + group.bytes, 0)} ${places}\n`);
  }
  return `${indent}n${children.length}: ${bytes} ${title}\n${children.join("")}`;
}

function sum(shares: readonly HeapShare[]): number {
  return shares.reduce((all, { bytes }) => all + bytes, 0);
}

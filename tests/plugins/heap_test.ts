import assert from "node:assert/strict";
import heap from "../../plugins/heap.ts";
import { reachability } from "../../mod.ts";
import { compile } from "../programs/compile.ts";
import { runPlugin } from "./run.ts";

/** Lost, indirectly lost, reachable and possibly lost blocks, and each function that allocates. */
const LEAKS = `
#include <stdlib.h>
#include <string.h>
struct node { struct node *next; char *text; char pad[100]; };
static struct node *kept;
char *volatile middle;
__attribute__((noinline)) static struct node *make(int n) {
  struct node *m = malloc(sizeof *m);
  m->next = 0;
  m->text = malloc(n);
  return m;
}
__attribute__((noinline)) static void lose(void) { for (int i = 0; i < 5; i++) make(10 + i); }
__attribute__((noinline)) static void keep(void) {
  for (int i = 0; i < 3; i++) { struct node *m = make(50); m->next = kept; kept = m; }
}
__attribute__((noinline)) static void churn(void) {
  char *p = 0;
  for (int i = 1; i < 40; i++) p = realloc(p, i * 1000);
  free(p);
  void *q;
  if (posix_memalign(&q, 64, 777)) abort();
  free(q);
  q = calloc(7, 11);
  q = realloc(q, 300000);
  free(q);
  free(aligned_alloc(32, 64));
}
__attribute__((noinline)) static void clear(void) { volatile char stack[8192]; memset((void *)stack, 0, sizeof stack); }
int main(void) {
  lose();
  keep();
  churn();
  middle = (char *)malloc(900) + 100;
  clear();
  return 0;
}
`;

interface HeapReport {
  total: { allocations: number; frees: number; bytes: number };
  inUse: { bytes: number; blocks: number };
  peak: { bytes: number };
  kinds: { kind: string; bytes: number; blocks: number }[];
  leaks: { kind: string; bytes: number; frames: string[] }[];
  sites: { frames: string[]; bytes: number; allocations: number }[];
  errors: { kind: string; frames: string[]; freedAt?: string[] }[];
}

Deno.test("heap has the totals, the leaks and the peak that valgrind has", async () => {
  using run = await runPlugin(heap, {}, await compile(LEAKS, ["-g", "-O1"]));
  assert.deepEqual(run.warnings, []);
  const { total, inUse, peak, kinds, leaks }: HeapReport = JSON.parse(run.report("json"));
  // memcheck 3.19: "total heap usage: 59 allocs, 42 frees, 1,082,924 bytes allocated", "in use at exit: 2,070 bytes in
  // 17 blocks", and its LEAK SUMMARY; massif: mem_heap_B=301170 at the peak.
  assert.deepEqual([total.allocations, total.frees, total.bytes], [59, 42, 1_082_924]);
  assert.deepEqual([inUse.bytes, inUse.blocks], [2070, 17]);
  assert.equal(peak.bytes, 301_170);
  assert.deepEqual(kinds.map(({ kind, bytes, blocks }) => [kind, bytes, blocks]), [
    ["definitely", 600, 5],
    ["indirectly", 60, 5],
    ["possibly", 900, 1],
    ["reachable", 510, 6],
  ]);
  const lost = leaks.find(({ kind }) => kind === "definitely");
  assert.deepEqual(lost?.frames.slice(0, 3).map((frame) => frame.replace(/ .*/, "")), ["make", "lose", "main"]);
});

Deno.test("heap finds the same leaks in a static program, where valgrind sees no allocations", async () => {
  using run = await runPlugin(heap, {}, await compile(LEAKS, ["-g", "-O1", "-static"]));
  const { kinds, total }: HeapReport = JSON.parse(run.report("json"));
  assert.deepEqual(kinds.slice(0, 3).map(({ bytes, blocks }) => [bytes, blocks]), [[600, 5], [60, 5], [900, 1]]);
  assert.equal(total.frees, 42);
});

Deno.test("heap counts by the place that allocates, and its stacks have all bytes", async () => {
  using run = await runPlugin(heap, {}, await compile(LEAKS, ["-g", "-O1"]));
  const { sites }: HeapReport = JSON.parse(run.report("json"));
  // 1000 + 2000 + ... + 39000 in 39 calls.
  assert.deepEqual([sites[0].bytes, sites[0].allocations], [780_000, 39]);
  assert.match(sites[0].frames[0], /^churn \(program\.c:\d+\)$/);
  const collapsed = run.report("collapsed").trim().split("\n").map((line) => Number(/ (\d+)$/.exec(line)?.[1]));
  assert.equal(collapsed.reduce((sum, bytes) => sum + bytes), 1_082_924);
});

Deno.test("heap's massif file has a peak whose parts are all of it, and at most a hundred snapshots", async () => {
  using run = await runPlugin(heap, {}, await compile(LEAKS, ["-g", "-O1"]));
  const text = run.report("massif");
  const snapshots = text.split(/#-+\nsnapshot=\d+\n#-+\n/).slice(1);
  assert.ok(snapshots.length > 10 && snapshots.length <= 102);
  const times = snapshots.map((snapshot) => Number(/^time=(\d+)$/m.exec(snapshot)?.[1]));
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  // As massif has it: "n2: 301170 ...", with 300000 in churn and the rest below its threshold.
  const [peak] = snapshots.filter((snapshot) => snapshot.includes("heap_tree=peak"));
  assert.match(peak, /^mem_heap_B=301170$/m);
  assert.match(peak, /^n2: 301170 \(heap.*\n n1: 300000 churn .*\n {2}n1: 300000 main [^]*\n n0: 1170 in \d+ places/m);
});

Deno.test("heap names blocks that are freed twice or were never allocated, and where", async () => {
  const program = await compile(
    `
    #include <stdlib.h>
    static char none[64];
    __attribute__((noinline)) static void first(void *p) { free(p); __asm__ volatile(""); }
    __attribute__((noinline)) static void second(void *p) { free(p); __asm__ volatile(""); }
    int main(int argc, char **argv) {
      void *p = malloc(24);
      if (argc > 1) free(none + 16);
      first(p);
      second(p);
      return 0;
    }
  `,
    ["-O1", "-w"],
  );
  // glibc aborts at both.
  using twice = await runPlugin(heap, {}, program);
  assert.equal(twice.reason.kind, "signalled");
  const { errors }: HeapReport = JSON.parse(twice.report("json"));
  assert.equal(errors.length, 1);
  assert.deepEqual([errors[0].kind, errors[0].frames[0], errors[0].freedAt?.[0]], ["double free", "second", "first"]);
  using never = await runPlugin(heap, {}, program, ["x"]);
  const [error] = (JSON.parse(never.report("json")) as HeapReport).errors;
  assert.deepEqual([error.kind, error.frames[0]], ["invalid free", "main"]);
});

Deno.test("reachability() tells the nine cases of memcheck's manual apart", () => {
  // Blocks AAA at 0x1000 and BBB at 0x2000; RRR is the root. Cases 1 to 9 of 4.2.10, for BBB.
  const block = (start: number) => ({ start, size: 16 });
  const [a, b] = [block(0x1000), block(0x2000)];
  const kinds = (root: number, inA?: number) => {
    const blocks = inA === undefined ? [b] : [a, b];
    const contents = (each: { start: number }) => Uint32Array.of(each === a ? inA ?? 0 : 0, 0);
    return reachability(blocks, [Uint32Array.of(root, 0)], contents).get(b);
  };
  assert.deepEqual(
    [
      ...[kinds(0x2000), kinds(0x1000, 0x2000), kinds(0), kinds(0, 0x2000), kinds(0x2008)],
      ...[kinds(0x1000, 0x2008), kinds(0x1008, 0x2000), kinds(0x1008, 0x2008), kinds(0, 0x2008)],
    ],
    [
      ...["reachable", "reachable", "definitely", "indirectly", "possibly"],
      ...["possibly", "possibly", "possibly", "indirectly"],
    ],
  );
});

/**
 * The heap through malloc(3) and its kin: what was allocated where, the peak, what was never freed and whether it can
 * still be reached, and blocks that were freed twice or never allocated. Totals and kinds of leaks are memcheck's.
 *
 * Leaves out accesses to freed memory, and memory that the program gets from mmap(2) itself.
 */

import {
  definePlugin,
  type Frame,
  GENERAL_REGISTERS,
  type HeapShare,
  type HeapSnapshot,
  massif,
  type Reachability,
  reachability,
  symbolLabel,
  textTable,
} from "../mod.ts";

/** A place that allocates: the calls that led there. */
interface Site {
  readonly frames: readonly string[];
  allocations: number;
  bytes: number;
  usedBlocks: number;
  usedBytes: number;
}

interface Block {
  readonly start: number;
  readonly size: number;
  readonly site: Site;
}

interface HeapError {
  readonly kind: "double free" | "invalid free";
  readonly address: bigint;
  readonly frames: readonly string[];
  /** Where it was freed before. */
  readonly freedAt?: readonly string[];
}

/** What a function allocates: the size asked for, and where the block is. */
interface Allocator {
  size(args: readonly bigint[]): number;
  block?(args: readonly bigint[], result: bigint, word: (address: bigint) => bigint): bigint;
}

const ALLOCATORS: Readonly<Record<string, Allocator>> = {
  malloc: { size: ([size]) => Number(size) },
  calloc: { size: ([count, size]) => Number(count * size) },
  realloc: { size: ([_, size]) => Number(size) },
  memalign: { size: ([_, size]) => Number(size) },
  aligned_alloc: { size: ([_, size]) => Number(size) },
  valloc: { size: ([size]) => Number(size) },
  pvalloc: { size: ([size]) => Math.ceil(Number(size) / 4096) * 4096 },
  posix_memalign: {
    size: ([_, __, size]) => Number(size),
    block: ([pointer], result, word) => BigInt.asUintN(32, result) === 0n ? word(pointer) : 0n,
  },
};

const KINDS: readonly (readonly [Reachability, string])[] = [
  ["definitely", "definitely lost"],
  ["indirectly", "indirectly lost"],
  ["possibly", "possibly lost"],
  ["reachable", "still reachable"],
];
/** Snapshots that are kept at most, as massif does. */
const MOST_SNAPSHOTS = 100;

export default definePlugin({
  name: "heap",
  description: "Memory by where it is allocated: totals, peak, leaks, wrong frees",
  formats: ["text", "json", "massif", "collapsed"],
  params: {
    depth: { type: "number", default: 8, description: "Calls that tell one place from another" },
    limit: { type: "number", default: 10, description: "Number of places that are shown" },
  },
  setup(api) {
    const { cpu, memory, params } = api;
    const sites = new Map<string, Site>();
    const live = new Map<number, Block>();
    /** Where blocks were freed that have not been allocated again. */
    const freed = new Map<number, readonly string[]>();
    let errors: HeapError[] = [];
    let snapshots: HeapSnapshot[] = [];
    let interval = 0;
    let used = { bytes: 0, blocks: 0 };
    let total = { allocations: 0, frees: 0, bytes: 0, time: 0 };
    let peak: HeapSnapshot & { readonly blocks: number } = { time: 0, bytes: 0, blocks: 0, shares: [] };
    /** Whether `peak` is the moment at hand, and its shares are still to be noted. */
    let isPeak = false;
    /** The stack pointer at the entry of each thread's outermost allocating function: what that calls does not count. */
    const outermost = new Map<number, bigint>();
    /** Whether there may be blocks that this has not seen come. */
    let isPartial = false;

    for (const [name, { size, block }] of Object.entries(ALLOCATORS)) {
      api.onCall(name, {
        onEnter(args, call) {
          if (isInside()) return;
          outermost.set(cpu.thread, cpu.sp);
          const taken = args.slice(0, 3);
          call.data = {
            args: taken,
            frames: callers(),
            old: name === "realloc" ? live.get(Number(args[0])) : undefined,
          };
          if (name === "realloc" && args[0] !== 0n && !live.has(Number(args[0]))) refuse(args[0]);
        },
        onLeave(result, call) {
          if (call.data === undefined) return;
          outermost.delete(cpu.thread);
          const { args, frames, old } = call.data as { args: bigint[]; frames: Frame[]; old: Block | undefined };
          const start = block === undefined ? result : block(args, result, (address) => memory.u64(address));
          if (old !== undefined && (start !== 0n || size(args) === 0)) release(old, frames);
          if (start !== 0n) allocate(Number(start), size(args), frames);
        },
      });
    }
    api.onCall("free", {
      onEnter([address]) {
        if (address === 0n || isInside()) return;
        const block = live.get(Number(address));
        if (block === undefined) refuse(address);
        else release(block, callers());
      },
    });

    function isInside(): boolean {
      const sp = outermost.get(cpu.thread);
      if (sp === undefined || cpu.sp <= sp) return sp !== undefined;
      outermost.delete(cpu.thread); // it was left by longjmp
      return false;
    }

    function callers(): Frame[] {
      return cpu.backtrace(params.depth + 1).slice(1);
    }

    function allocate(start: number, size: number, frames: readonly Frame[]): void {
      const key = frames.map(({ pc }) => pc).join();
      let site = sites.get(key);
      if (site === undefined) {
        site = { frames: frames.map(frameText), allocations: 0, bytes: 0, usedBlocks: 0, usedBytes: 0 };
        sites.set(key, site);
      }
      site.allocations++;
      site.bytes += size;
      total.allocations++;
      total.bytes += size;
      live.set(start, { start, size, site });
      freed.delete(start);
      use(site, 1, size);
      if (used.bytes <= peak.bytes) return;
      peak = { time: total.time, bytes: used.bytes, blocks: used.blocks };
      isPeak = true;
    }

    function release({ start, size, site }: Block, frames: readonly Frame[]): void {
      if (isPeak) notePeak();
      total.frees++;
      live.delete(start);
      freed.set(start, frames.map(frameText));
      use(site, -1, -size);
    }

    function use(site: Site, blocks: number, bytes: number): void {
      site.usedBlocks += blocks;
      site.usedBytes += bytes;
      used.blocks += blocks;
      used.bytes += bytes;
      total.time += Math.abs(bytes);
      if (total.time - (snapshots.at(-1)?.time ?? 0) < interval) return;
      snapshots.push({ time: total.time, bytes: used.bytes });
      if (snapshots.length < MOST_SNAPSHOTS) return;
      snapshots = snapshots.filter((_, index) => index % 2 === 0);
      interval = Math.max(1, 2 * interval, total.time / MOST_SNAPSHOTS);
    }

    function notePeak(): void {
      isPeak = false;
      const shares: HeapShare[] = [...sites.values()].filter(({ usedBytes }) => usedBytes > 0)
        .map(({ frames, usedBytes }) => ({ frames, bytes: usedBytes }));
      peak = { ...peak, shares };
    }

    function refuse(address: bigint): void {
      const freedAt = freed.get(Number(address));
      if (freedAt === undefined && isPartial) return;
      errors.push({
        kind: freedAt === undefined ? "invalid free" : "double free",
        address,
        frames: callers().map(frameText),
        ...(freedAt === undefined ? {} : { freedAt }),
      });
    }

    /** Copies memory for the search for pointers. */
    function words(start: number, end: number): Uint32Array {
      const from = Math.ceil(start / 8) * 8;
      const size = Math.max(0, Math.floor((end - from) / 8) * 8);
      const reach = Math.floor(memory.accessible(from, size, 1) / 8) * 8;
      return new Uint32Array(reach === 0 ? new ArrayBuffer() : memory.bytes(from, reach).buffer);
    }

    /** All data but the heap, read-only too: it may have been writable. Of the stack, what is in use. And the registers. */
    function* roots(blocks: readonly Block[]): Generator<Uint32Array> {
      const sp = Number(cpu.sp);
      for (const { start, end, protection, name } of memory.regions.list()) {
        if ((protection & 5) !== 1 || ["[heap]", "[vvar]"].includes(name)) continue;
        let from = start <= sp && sp < end ? sp : start;
        for (const block of blocks) {
          if (block.start < from || block.start >= end) continue;
          yield words(from, block.start);
          from = block.start + block.size;
        }
        yield words(from, end);
      }
      yield new Uint32Array(BigUint64Array.from(GENERAL_REGISTERS, (name) => cpu[name]).buffer);
    }

    function leaks() {
      const blocks = [...live.values()].sort((a, b) => a.start - b.start);
      const found = reachability(blocks, roots(blocks), ({ start, size }) => words(start, start + size));
      const groups = Map.groupBy(blocks, (block) => block.site);
      return {
        kinds: KINDS.map(([kind, title]) => ({
          kind,
          title,
          ...sum(blocks.filter((each) => found.get(each) === kind)),
        })),
        sites: KINDS.flatMap(([kind, title]) =>
          [...groups]
            .map(([{ frames }, list]) => ({
              kind,
              title,
              frames,
              ...sum(list.filter((each) => found.get(each) === kind)),
            }))
            .filter(({ blocks }) => blocks > 0)
            .sort((a, b) => b.bytes - a.bytes)
        ),
      };
    }

    api.onActiveChange(() => isPartial = true);
    api.onReset(() => {
      sites.clear();
      live.clear();
      freed.clear();
      [errors, snapshots, interval, isPeak, isPartial] = [[], [], 0, false, true];
      used = { bytes: 0, blocks: 0 };
      total = { allocations: 0, frees: 0, bytes: 0, time: 0 };
      peak = { time: 0, bytes: 0, blocks: 0, shares: [] };
    });

    api.onReport((report) => {
      if (isPeak) notePeak();
      const list = [...sites.values()].sort((a, b) => b.bytes - a.bytes);
      if (report.format === "massif") {
        const all = [{ time: 0, bytes: 0 }, ...snapshots.filter(({ time }) => time !== peak.time), peak];
        all.sort((a, b) => a.time - b.time);
        return report.write(massif([api.guest.program, ...api.guest.args].join(" "), all));
      }
      if (report.format === "collapsed") {
        for (const { frames, bytes } of list) report.write(`${frames.toReversed().join(";")} ${bytes}\n`);
        return;
      }
      const { kinds, sites: lost } = leaks();
      if (report.format === "json") {
        return report.writeJson({ total, inUse: used, peak, sites: list, leaks: lost, kinds, errors });
      }
      report.write(`in use: ${used.bytes} bytes in ${used.blocks} blocks\n`);
      report.write(`in all: ${total.allocations} allocs, ${total.frees} frees, ${total.bytes} bytes allocated\n`);
      report.write(`peak: ${peak.bytes} bytes in ${peak.blocks} blocks\n`);
      for (const { title, bytes, blocks } of kinds) report.write(`${title}: ${bytes} bytes in ${blocks} blocks\n`);
      report.write(
        "\n" + textTable(
          ["BYTES", "ALLOCS", "IN USE", "WHERE"],
          list.slice(0, params.limit).map(({ frames, bytes, allocations, usedBytes }) => [
            ...[bytes, allocations, usedBytes, frames.slice(0, 3).join(" < ")],
          ]),
        ),
      );
      for (
        const { title, bytes, blocks, frames } of lost.filter(({ kind }) => kind !== "reachable").slice(0, params.limit)
      ) {
        report.write(`\n${title}: ${bytes} bytes in ${blocks} blocks\n${stack(frames)}`);
      }
      for (const { kind, address, frames, freedAt } of errors) {
        report.write(`\n${kind} of 0x${address.toString(16)}\n${stack(frames)}`);
        if (freedAt !== undefined) report.write(`  freed before\n${stack(freedAt)}`);
      }
    });
  },
});

function frameText({ pc, symbol, image, source }: Frame): string {
  const place = source === undefined ? "" : ` (${source.file}:${source.line})`;
  return `${symbol?.name ?? symbolLabel(undefined, image, pc)}${place}`;
}

function stack(frames: readonly string[]): string {
  return frames.map((frame) => `    ${frame}\n`).join("");
}

function sum(blocks: readonly Block[]) {
  return { blocks: blocks.length, bytes: blocks.reduce((all, { size }) => all + size, 0) };
}

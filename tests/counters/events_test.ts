/**
 * Events against other ways to know: counts of the ledger, and what Unicorn's own hooks say of each single access.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import { EVENT, type EventKind, type EventReceiver } from "../../engine/counters/event_sites.ts";
import { REGISTER_ID, REGISTER_INDEX } from "../../engine/arch/x86_64.ts";
import { BareGuest, seeded } from "../programs/bare.ts";
import { compile } from "../programs/compile.ts";
import { guest, GUEST_NAMES, randomGuest } from "./guests.ts";

/** Follows a guest's events: how often each site's address and size came. */
class Follower implements EventReceiver {
  readonly kinds: ReadonlySet<EventKind>;
  readonly counts = new Map<string, number>();
  readonly #guest: BareGuest;
  events: { readonly kind: number; readonly pc: number; readonly size: number; readonly address: number }[] = [];
  readonly #keeps: boolean;

  constructor(guest: BareGuest, kinds: readonly EventKind[], keeps = false) {
    this.#guest = guest;
    this.kinds = new Set(kinds);
    this.#keeps = keeps;
    guest.machine.events.add(this);
  }

  covers(): boolean {
    return true;
  }

  receive({ length, sites, addresses }: Parameters<EventReceiver["receive"]>[0]): void {
    const { kinds, pcs, sizes } = this.#guest.machine.events.sites;
    for (let at = 0; at < length; at++) {
      const site = sites[at];
      const key = kinds[site] === EVENT.BLOCK ? `block ${pcs[site]} ${sizes[site]}` : `${pcs[site]}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
      if (this.#keeps) {
        this.events.push({ kind: kinds[site], pc: pcs[site], size: sizes[site], address: addresses[at] });
      }
    }
  }
}

function sorted(counts: Iterable<readonly [string, number]>): [string, number][] {
  return [...counts].filter(([, count]) => count !== 0).map(([key, count]) => [key, count] as [string, number])
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/** Runs a guest in slices of random budgets, with single steps between. */
function runAnyhow(guest: BareGuest, seed: number): void {
  const random = seeded(seed);
  for (let turns = 0; turns < 100_000; turns++) {
    if ((random(5) === 0 ? guest.step() : guest.slice(1 + random(40))) !== undefined) break;
  }
  guest.machine.events.deliver();
}

for (const name of [...GUEST_NAMES]) {
  Deno.test(`Events of ${name} are as many as the ledger counts`, async () => {
    using counted = new BareGuest(await guest(name));
    const instructions = new Follower(counted, ["instructions"]);
    const blocks = new Follower(counted, ["blocks"]);
    runAnyhow(counted, name.length);
    deepEqual(sorted(instructions.counts), sorted([...counted.counts()].map(([pc, count]) => [`${pc}`, count])));
    deepEqual(
      sorted(blocks.counts),
      sorted(counted.machine.ledger.entries().map(({ start, size, count }) => [`block ${start} ${size}`, count])),
    );
  });
}

for (const seed of [21, 22]) {
  Deno.test(`Events of random program ${seed} are as many as the ledger counts`, async () => {
    using counted = new BareGuest(await randomGuest(seed));
    const instructions = new Follower(counted, ["instructions"]);
    runAnyhow(counted, seed);
    deepEqual(sorted(instructions.counts), sorted([...counted.counts()].map(([pc, count]) => [`${pc}`, count])));
  });
}

/** Instructions with a memory operand `M` at rbx, or without one, that a user program may execute. */
const ZOO = `
mov M, %al | mov M, %ax | mov M, %eax | mov M, %rax | mov %al, M | mov %r9w, M | mov %r9d, M | mov %r9, M | movb $1, M
movq $1, M | movzbl M, %eax | movswl M, %eax | movslq M, %rax | movabs buffer, %rax | movabs %al, buffer
add M, %eax | add %eax, M | adcq $1, M | incb M | notl M | negq M | cmp %eax, M | cmpb $0, M | test %eax, M | testb $1, M
mull M | imul M | imul M, %eax | imul $3, M, %rax | shll M | sarq $2, M | rolb %cl, M | shld $3, %rax, M | setz M
xchg %eax, M | xadd %eax, M | lock addl $1, M | cmpxchg %ecx, M | lock cmpxchg %rcx, M | cmpxchg8b M | cmpxchg16b M
cmovz M, %rax | cmovnz M, %eax | bt %rcx, M | bts %ecx, M | btr %cx, M | btcq $9, M | bsf M, %rax | popcnt M, %eax
push %rax | push $3 | pushw %ax | pop %rax | popw %ax | push M | pop M | push 8(%rsp) | pop 8(%rsp) | pushf | popf
lea M, %rax | nopl M | prefetcht0 M | call 1f; 1: add $8, %rsp | lea 1f(%rip), %rax; push %rax; ret; 1:
lea 1f(%rip), %rax; mov %rax, M; jmp *M; 1: | lea 1f(%rip), %rax; mov %rax, M; call *M; 1: pop %rax
push %rbp; mov %rsp, %rbp; leave | enter $16, $0; leave | enter $32, $3; leave; mov %rbp, %rsp | xlatb | movbe M, %eax | movbe %rax, M
movsb | movsw | movsl | movsq | cmpsb | scasl | stosq | stosw | lodsb | lodsq | mov $3, %ecx; rep movsb
mov $3, %ecx; rep stosl | mov $2, %ecx; repe cmpsb | mov $2, %ecx; repne scasb | xor %ecx, %ecx; rep movsq
mov %fs:0, %al | mov 8(%rbx,%rcx,2), %eax | mov buffer(%rip), %eax | mov %ax, -2(%rbx,%rcx,8) | addr32 mov (%ebx), %eax
movss M, %xmm0 | movsd M, %xmm0 | movss %xmm0, M | movsd %xmm0, M | movaps M, %xmm1 | movups M, %xmm1 | movaps %xmm1, M
movups %xmm1, 3(%rbx) | movapd %xmm1, M | movupd M, %xmm2 | movdqa M, %xmm2 | movdqa %xmm2, M | movdqu %xmm2, 5(%rbx)
movd M, %xmm0 | movq M, %xmm0 | movd %xmm0, M | movq %xmm0, M | movlps M, %xmm0 | movhps M, %xmm0 | movlps %xmm0, M
movhps %xmm0, M | movlpd M, %xmm0 | movhpd M, %xmm0 | movlpd %xmm0, M | movhpd %xmm0, M | movntdq %xmm0, M
movntps %xmm0, M | movntpd %xmm0, M | movnti %eax, M | movntdqa M, %xmm0 | lddqu M, %xmm0 | movddup M, %xmm0
movshdup M, %xmm0 | movsldup M, %xmm0 | addss M, %xmm0 | addsd M, %xmm0 | addps M, %xmm0 | addpd M, %xmm0
mulss M, %xmm0 | divsd M, %xmm0 | sqrtss M, %xmm0 | sqrtsd M, %xmm0 | maxss M, %xmm0 | minsd M, %xmm0 | rcpss M, %xmm0
comiss M, %xmm0 | comisd M, %xmm0 | ucomiss M, %xmm0 | ucomisd M, %xmm0 | cmpss $1, M, %xmm0 | cmpsd $1, M, %xmm0
cmpps $1, M, %xmm0 | andps M, %xmm0 | xorpd M, %xmm0 | pxor M, %xmm0 | paddb M, %xmm0 | pcmpeqb M, %xmm0 | pmuludq M, %xmm0
punpcklbw M, %xmm0 | punpckhqdq M, %xmm0 | unpcklps M, %xmm0 | unpckhpd M, %xmm0 | shufps $1, M, %xmm0
pshufd $1, M, %xmm0 | pshuflw $1, M, %xmm0 | pshufb M, %xmm0 | palignr $3, M, %xmm0 | psllw M, %xmm0 | psrldq $1, %xmm0
cvtsi2ss M, %xmm0 | cvtsi2sdq M, %xmm0 | cvtss2sd M, %xmm0 | cvtsd2ss M, %xmm0 | cvttsd2si M, %rax | cvtss2si M, %eax
cvtps2pd M, %xmm0 | cvtpd2ps M, %xmm0 | cvtdq2ps M, %xmm0 | cvtdq2pd M, %xmm0 | cvttps2dq M, %xmm0 | cvttpd2dq M, %xmm0
cvtpi2ps M, %xmm0 | cvtps2pi M, %mm0 | emms | pinsrw $1, M, %xmm0 | pinsrb $1, M, %xmm0 | pinsrd $1, M, %xmm0
pinsrq $1, M, %xmm0 | pextrb $1, %xmm0, M | pextrw $1, %xmm0, M | pextrd $1, %xmm0, M | pextrq $1, %xmm0, M
insertps $1, M, %xmm0 | extractps $1, %xmm0, M | pmovzxbw M, %xmm0 | pmovsxbd M, %xmm0 | pmovzxbq M, %xmm0
pmovzxwd M, %xmm0 | pmovsxdq M, %xmm0 | roundss $1, M, %xmm0 | roundsd $1, M, %xmm0 | roundps $1, M, %xmm0
blendps $1, M, %xmm0 | pblendw $1, M, %xmm0 | blendvps %xmm0, M, %xmm1 | dpps $1, M, %xmm0 | ptest M, %xmm0
pminub M, %xmm0 | pcmpistri $1, M, %xmm0 | pcmpestrm $1, M, %xmm0 | pcmpgtq M, %xmm0 | mpsadbw $1, M, %xmm0 | phaddd M, %xmm0
movq M, %mm0 | movq %mm0, M | movd M, %mm0 | paddb M, %mm0 | punpcklbw M, %mm0 | pshufw $1, M, %mm0 | movntq %mm0, M | emms
flds M | fldl M | fldt M | fsts M | fstl M | fstps M | fstpl M | fldl M; fstpt M | filds M | fildl M | fildll M | fistps M
fildl M; fistpl M | fildl M; fistpll M | fisttpll M | fadds M | faddl M | fiadds M | fimull M | fcoms M | fcompl M | fnstcw M
fldcw M | fnstsw M | fninit | ldmxcsr M | stmxcsr M | fldt M; fbstp M | fbld M | crc32b M, %eax | crc32q M, %rax`;

/** Bytes that instructions read by the Intel manual, where Unicorn reads more than they need. */
const READ_BY_MANUAL: Readonly<Record<string, number>> = {
  cvtps2pd: 8,
  cvtdq2pd: 8,
  cvtps2pi: 8,
  roundss: 4,
  roundsd: 8,
  punpcklbw: 4,
};

/** A program that executes each of the zoo's instructions once, with the registers set up anew before each. */
function zooSource(): string {
  const pieces = ZOO.split(/[|\n]/).map((piece) => piece.trim()).filter((piece) => piece !== "");
  const setUp =
    "lea buffer(%rip), %rbx; mov %rbx, %rsi; lea 64(%rbx), %rdi; mov $7, %ecx; mov $5, %eax; mov %rsp, %rbp";
  const lines = pieces.map((piece) => `${setUp}; ${piece.replaceAll("M", "(%rbx)")}`);
  return `__asm__(".data; .balign 64; buffer: .fill 1024, 1, 0; .text; .globl _start; _start:"
    ${lines.map((line) => `"${line};"`).join("\n    ")}
    "mov $60, %eax; xor %edi, %edi; syscall");`;
}

/** Bytes that accesses touch: \`r123\`, \`w123\`. */
function bytes(accesses: Iterable<{ readonly kind: number; readonly address: number; readonly size: number }>) {
  const touched = new Set<string>();
  for (const { kind, address, size } of accesses) {
    for (let at = 0; at < size; at++) {
      if (kind & EVENT.READ) touched.add(`r${address + at}`);
      if (kind & EVENT.WRITE) touched.add(`w${address + at}`);
    }
  }
  return [...touched].sort();
}

/** Has Unicorn's own hooks tell of accesses. */
function unicornAccesses() {
  const list: { kind: number; address: number; size: number }[] = [];
  const callback = new Deno.UnsafeCallback(
    { parameters: ["pointer", "i32", "u64", "i32", "i64", "pointer"], result: "void" } as const,
    (_, kind, address, size) =>
      void list.push({ kind: kind === 16 ? EVENT.READ : EVENT.WRITE, address: Number(address), size }),
  );
  return { list, address: Deno.UnsafePointer.value(callback.pointer), [Symbol.dispose]: () => callback.close() };
}

Deno.test("Events have the bytes that each kind of instruction accesses, as Unicorn's hooks do", async () => {
  const path = await compile(zooSource(), ["-static", "-nostdlib", "-no-pie", "-fno-pie", "-w"]);
  using accesses = unicornAccesses();
  using guest = new BareGuest(path, { accessCallback: accesses.address });
  guest.machine.cpu.registers.write(REGISTER_ID.FS_BASE, guest.machine.cpu.registers.general(REGISTER_INDEX.rsp));
  const follower = new Follower(guest, ["accesses"], true);
  const wrong: string[] = [];
  let steps = 0;
  let hasEnded = false;
  for (; !hasEnded; steps++) {
    const { pc } = guest;
    accesses.list.length = 0;
    follower.events = [];
    hasEnded = guest.step() !== undefined;
    guest.machine.events.deliver();
    const expected = bytes(accesses.list);
    const found = bytes(follower.events);
    if (expected.join() === found.join() && follower.events.every((event) => event.pc === pc)) continue;
    const [instruction] = guest.decode(pc);
    if (found.length === READ_BY_MANUAL[instruction.mnemonic] && found.every((byte) => expected.includes(byte))) {
      continue;
    }
    wrong.push(`${instruction.mnemonic} ${instruction.operands}: ${found.length} bytes, not ${expected.length}`);
  }
  deepEqual(wrong, []);
  equal(guest.exit, 0, `ended at ${guest.decode(guest.pc)[0]?.mnemonic} after ${steps} steps`);
});

for (const seed of [31, 32, 33]) {
  Deno.test(`Events of random program ${seed} have the accesses that Unicorn's hooks tell of, in their order`, async () => {
    using accesses = unicornAccesses();
    using guest = new BareGuest(await randomGuest(seed), { accessCallback: accesses.address });
    const follower = new Follower(guest, ["accesses"], true);
    runAnyhow(guest, seed);
    const split = follower.events.flatMap(({ kind, address, size }) =>
      [EVENT.READ, EVENT.WRITE].filter((bit) => kind & bit).flatMap((bit) =>
        // Unicorn makes two accesses of one of 16 bytes.
        size === 16 ? [0, 8].map((at) => ({ kind: bit, address: address + at, size: 8 })) : { kind: bit, address, size }
      )
    );
    ok(split.length > 20);
    const text = ({ kind, address, size }: { kind: number; address: number; size: number }) =>
      `${kind === EVENT.READ ? "read" : "write"} ${address.toString(16)} ${size}`;
    const [found, expected] = [split.map(text), accesses.list.map(text)];
    const first = expected.findIndex((line, at) => line !== found[at]);
    deepEqual(found.slice(first, first + 5), first < 0 ? [] : expected.slice(first, first + 5));
  });
}

/**
 * Freestanding guests whose every instruction is theirs: loops, recursion, REP, code that changes, page ends, faults.
 *
 * Code that is made at run time goes to fixed addresses, so that native counts compare address by address.
 */

import { seeded } from "../programs/bare.ts";
import { compile } from "../programs/compile.ts";

const FLAGS = [
  ...["-O1", "-static", "-nostdlib", "-no-pie", "-fno-pie", "-fno-stack-protector", "-fcf-protection=none"],
  ...["-fno-asynchronous-unwind-tables", "-fno-builtin", "-w"],
];

const PRELUDE = `
typedef unsigned char byte;
static long sys(long number, long a, long b, long c) {
  long result;
  register long flags __asm__("r10") = 0x32; /* MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, for mmap */
  register long descriptor __asm__("r8") = -1;
  register long offset __asm__("r9") = 0;
  __asm__ volatile("syscall" : "=a"(result)
    : "a"(number), "D"(a), "S"(b), "d"(c), "r"(flags), "r"(descriptor), "r"(offset) : "rcx", "r11", "memory");
  return result;
}
static void print(long value) {
  char text[20]; int at = 20;
  text[--at] = '\\n';
  do { text[--at] = '0' + value % 10; value /= 10; } while (value);
  sys(1, 1, (long)(text + at), 20 - at);
}
static byte *map(long address, long length, long protection) { return (byte *)sys(9, address, length, protection); }
static void protect(void *address, long length, long protection) { sys(10, (long)address, length, protection); }
static long call(byte *code) { return ((long (*)(void))code)(); }
static byte *put(byte *at, const char *bytes, int count) { while (count--) *at++ = *bytes++; return at; }
#define READ_WRITE 3
#define READ_EXECUTE 5
#define ALL 7
`;

/** `mov eax, value; ret` and a page's worth of tricks, by name. */
const SOURCES = {
  compute: `
    __attribute__((noinline)) int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
    __attribute__((noinline)) int twice(int n) { return 2 * n; }
    __attribute__((noinline)) int third(int n) { return n / 3; }
    int (*volatile table[3])(int) = { fib, twice, third };
    void _start(void) {
      long sum = 0;
      for (int i = 0; i < 60; i++) sum += table[i % 3](i % 7) + (i & 5 ? 1 : 3);
      print(sum + fib(11));
      sys(60, 3, 0, 0);
    }`,

  rep: `
    byte from[5000], to[5000];
    static long move(long n) { long left = n; void *s = from, *d = to;
      __asm__ volatile("rep movsb" : "+c"(left), "+S"(s), "+D"(d) :: "memory"); return left; }
    static long store(long n) { void *d = to;
      __asm__ volatile("rep stosq" : "+c"(n), "+D"(d) : "a"(7) : "memory"); return n; }
    static long compare(long n) { void *s = from, *d = to;
      __asm__ volatile("repe cmpsb" : "+c"(n), "+S"(s), "+D"(d) :: "memory", "cc"); return n; }
    static long scan(long n, int wanted) { void *d = from;
      __asm__ volatile("repne scasb" : "+c"(n), "+D"(d) : "a"(wanted) : "memory", "cc"); return n; }
    static long twoInARow(long n) { void *s = from, *d = to;
      __asm__ volatile("rep movsb; rep stosb; rep movsw" : "+c"(n), "+S"(s), "+D"(d) : "a"(1) : "memory"); return n; }
    static long jumped(long n) { void *s = from, *d = to;
      __asm__ volatile("jmp 1f; 1: rep lodsb; jmp 2f; 2: rep movsl" : "+c"(n), "+S"(s), "+D"(d) :: "rax", "memory"); return n; }
    void _start(void) {
      long sum = 0;
      static const int counts[] = { 0, 1, 2, 3, 17, 0, 900 };
      for (int i = 0; i < 5000; i++) from[i] = i * 7;
      for (int i = 0; i < 7; i++) {
        int n = counts[i];
        sum += move(n); sum += compare(n); sum += compare(n + 5); sum += store(n / 4); sum += compare(n);
        sum += scan(n, 7 * 13); sum += scan(n, 0); sum += twoInARow(n); sum += jumped(n);
      }
      print(sum);
      sys(60, 0, 0, 0);
    }`,

  patchOtherFunction: `
    void _start(void) {
      byte *code = map(0x10000000, 4096, ALL);
      long sum = 0;
      put(code, "\\xb8\\x01\\0\\0\\0\\xc3", 6); /* mov eax, 1; ret */
      for (int i = 0; i < 40; i++) {
        sum += call(code);
        if (i % 5 == 4) code[1] = i;
        if (i % 7 == 6) code[64 + i] = i; /* data beside the code */
      }
      print(sum);
      sys(60, 0, 0, 0);
    }`,

  patchOwnBlock: `
    void _start(void) {
      byte *code = map(0x10000000, 4096, ALL);
      long sum = 0;
      /* mov rdi, code; inc byte [rdi + 15]; nop; mov eax, imm32 (its first byte is what changes); add [rdi + 100], eax; ret */
      put(code, "\\x48\\xc7\\xc7\\x00\\x00\\x00\\x10" "\\xfe\\x47\\x0c" "\\x90" "\\xb8\\x01\\0\\0\\0" "\\x01\\x47\\x64" "\\xc3", 20);
      for (int i = 0; i < 25; i++) sum += call(code);
      print(sum + *(int *)(code + 100));
      sys(60, 0, 0, 0);
    }`,

  patchNextInstruction: `
    void _start(void) {
      byte *code = map(0x10000000, 8192, ALL);
      long sum = 0;
      /* at the end of a page, so that what is patched is on both: mov rdi, next; mov [rdi], al; next: mov edx, 0x90; ... */
      byte *at = code + 4096 - 12;
      at = put(at, "\\x48\\xc7\\xc7\\xfe\\x0f\\x00\\x10", 7);       /* mov rdi, 0x10000ffe */
      at = put(at, "\\x88\\x07", 2);                                 /* mov [rdi], al */
      at = put(at, "\\x90", 1);                                      /* nop, at 0x10000ffe - 0 */
      at = put(at, "\\xb0\\x05", 2);                                 /* mov al, 5: the byte at 0x10000ffe is its opcode */
      at = put(at, "\\x0f\\xb6\\xc0\\xc3", 4);                       /* movzx eax, al; ret */
      for (int i = 0; i < 20; i++) {
        long result; /* al is what is stored: b0 (mov al) or b1 (mov cl) */
        __asm__ volatile("call *%1" : "=a"(result) : "r"(code + 4096 - 12), "0"(i & 1 ? 0xb1 : 0xb0) : "rcx", "rdx", "rdi", "memory");
        sum = sum * 3 + result;
      }
      print(sum & 0xffffffffff);
      sys(60, 0, 0, 0);
    }`,

  writeXorExecute: `
    void _start(void) {
      byte *code = map(0x10000000, 8192, READ_WRITE);
      long sum = 0;
      for (int i = 0; i < 30; i++) {
        protect(code, 8192, READ_WRITE);
        byte *at = code + (i & 1 ? 0 : 4094); /* one of them straddles two pages */
        at = put(at, "\\xb8\\x00\\0\\0\\0", 5);
        at[-4] = i;
        for (int j = 0; j < i % 4; j++) at = put(at, "\\xff\\xc0", 2); /* inc eax */
        put(at, "\\xc3", 1);
        protect(code, 8192, READ_EXECUTE);
        for (int j = 0; j < 3; j++) sum = sum * 5 + call(code + (i & 1 ? 0 : 4094)) & 0xffffffffff;
      }
      sys(11, (long)code, 8192, 0);
      code = map(0x10000000, 4096, READ_WRITE);
      put(code, "\\xb8\\x09\\0\\0\\0\\xc3", 6);
      protect(code, 4096, READ_EXECUTE);
      print(sum + call(code));
      sys(60, 0, 0, 0);
    }`,

  compiler: `
    void _start(void) {
      byte *code = map(0x10000000, 65536, ALL);
      long sum = 0;
      for (int round = 0; round < 12; round++) {
        byte *at = code + round % 3 * 40; /* overlaps what was there */
        byte *start = at;
        at = put(at, "\\x31\\xc0", 2); /* xor eax, eax */
        for (int i = 0; i <= round; i++) {
          at = put(at, "\\x83\\xc0\\x00", 3); /* add eax, imm8 */
          at[-1] = i;
          if (i % 4 == 3) at = put(at, "\\xeb\\x00", 2); /* jmp to the next */
        }
        put(at, "\\xc3", 1);
        for (int i = 0; i < 4; i++) sum += call(start);
        start[4] ^= 1;
        sum += call(start);
      }
      print(sum);
      sys(60, 0, 0, 0);
    }`,

  straightLine: `
    __asm__(".text; .balign 4096; .skip 4093; straight: .rept 3000; add $0x12345, %rax; .endr; ret");
    long straight(void);
    void _start(void) {
      long sum = 0;
      for (int i = 0; i < 3; i++) { long r; __asm__ volatile("xor %%eax, %%eax; call straight" : "=a"(r) :: "memory"); sum += r; }
      print(sum);
      sys(60, 0, 0, 0);
    }`,

  stackCode: `
    void _start(void) {
      byte *stack = map(0x10000000, 8192, ALL);
      long result;
      /* code on a page whose other half is the stack: push and pop beside what runs */
      put(stack, "\\x31\\xc0\\xb9\\x0a\\0\\0\\0\\x50\\x5b\\x01\\xd8\\xff\\xc0\\xe2\\xf8\\xc3", 16);
      __asm__ volatile("mov %%rsp, %%rbp; mov %1, %%rsp; call *%2; mov %%rbp, %%rsp"
        : "=a"(result) : "r"(stack + 2048), "r"(stack) : "rbx", "rcx", "rbp", "memory");
      print(result);
      sys(60, 0, 0, 0);
    }`,

  flags: `
    void _start(void) {
      long seen = 0, flags;
      for (int i = 0; i < 5; i++) {
        __asm__ volatile("pushfq; pop %0" : "=r"(flags));
        seen |= flags & 0x100;
        __asm__ volatile("pushf; popf; std; pushfw; popw %w0; cld" : "=r"(flags));
        seen |= flags & 0x100;
        __asm__ volatile("mov $39, %%eax; syscall; mov %%r11, %0" : "=r"(flags) :: "rax", "rcx", "r11", "memory");
        seen |= flags & 0x100;
      }
      print(seen);
      sys(60, 0, 0, 0);
    }`,

  faultLoad:
    `void _start(void) { long s = 0; for (int i = 0; i < 9; i++) s += i; *(volatile int *)8; sys(60, s, 0, 0); }`,
  faultStore: `const int fixed = 5; void _start(void) { print(1); *(volatile int *)&fixed = 3; sys(60, 0, 0, 0); }`,
  faultStraddling:
    `void _start(void) { byte *p = map(0x10000000, 4096, READ_WRITE); *(volatile long *)(p + 4090) = 3; sys(60, 0, 0, 0); }`,
  faultFetch: `void _start(void) { print(1); ((void (*)(void))0x123456000)(); sys(60, 0, 0, 0); }`,
  faultFetchFar: `void _start(void) { print(1); ((void (*)(void))0x7ffffffff000)(); sys(60, 0, 0, 0); }`,
  faultNonCanonical: `void _start(void) { print(1); ((void (*)(void))0x8000000000000000)(); sys(60, 0, 0, 0); }`,
  faultData: `int data = 0x90; void _start(void) { print(1); ((void (*)(void))&data)(); sys(60, 0, 0, 0); }`,
  faultDivide: `void _start(void) { volatile int zero = 0; print(1); print(5 / zero); sys(60, 0, 0, 0); }`,
  faultUndefined: `void _start(void) { print(1); __asm__ volatile("inc %eax; ud2; inc %eax"); }`,
  faultHalt: `void _start(void) { print(1); __asm__ volatile("inc %eax; hlt; inc %eax"); }`,
  faultPrivileged: `void _start(void) { print(1); __asm__ volatile("inc %eax; mov %cr3, %rax; inc %eax"); }`,
  faultRep: `
    void _start(void) { byte *p = map(0x10000000, 4096, READ_WRITE); long n = 100; void *d = p + 4060;
      __asm__ volatile("rep stosb" : "+c"(n), "+D"(d) : "a"(1) : "memory"); sys(60, 0, 0, 0); }`,
  runsIntoNothing: `
    void _start(void) {
      byte *code = map(0x10000000, 4096, READ_WRITE);
      for (int i = 0; i < 4096; i++) code[i] = 0x90;
      put(code + 4000, "\\xff\\xc0", 2);
      put(code + 4091, "\\xc6\\x04\\x24\\x07", 4); /* mov byte [rsp], 7, then a nop, then nothing */
      protect(code, 4096, READ_EXECUTE);
      call(code + 3990);
      sys(60, 0, 0, 0);
    }`,
  runsIntoNothingMidInstruction: `
    void _start(void) {
      byte *code = map(0x10000000, 4096, READ_WRITE);
      for (int i = 0; i < 4096; i++) code[i] = 0x90;
      put(code + 4093, "\\xb8\\x01\\x00", 3); /* mov eax, imm32 whose end is missing */
      protect(code, 4096, READ_EXECUTE);
      call(code + 4080);
      sys(60, 0, 0, 0);
    }`,
} as const;

/** Names of the guests. */
export type GuestName = keyof typeof SOURCES;
/** All guests. */
export const GUEST_NAMES = Object.keys(SOURCES) as readonly GuestName[];
/**
 * Guests that do the same when they are stepped natively. `flags` sees the tracer's trap flag, and a call of an address
 * that is not canonical faults at the call on the CPU, but at its target in the translator.
 */
export const TRACEABLE = GUEST_NAMES.filter((name) => name !== "flags" && name !== "faultNonCanonical");
/** Guests whose code stays as it is, without REP: each instruction that is begun is executed once, or faults. */
export const PLAIN = GUEST_NAMES.filter((name) =>
  !/^patch|^compiler$|^writeXor|^stackCode$|[rR]ep$|^runsInto/.test(name)
);

/** Compiles a guest. @returns The program's path. */
export function guest(name: GuestName): Promise<string> {
  return compile(PRELUDE + SOURCES[name], FLAGS);
}

/** Instructions for random programs. They leave rbx, the loop counter, and rsp alone; r12 points to memory. */
const RANDOM_INSTRUCTIONS = [
  ...[
    "add %rax, %rcx",
    "imul %rcx, %rax",
    "xor $0x5a, %al",
    "lea 3(%rax,%rcx,2), %rdx",
    "mov %eax, (%r12)",
    "bswap %rax",
  ],
  ...[
    "mov (%r12), %ecx",
    "push %rax; pop %rdx",
    "shr $3, %rax",
    "cmovc %rdx, %rax",
    "movq %rax, %xmm0",
    "nopw 64(%rax)",
  ],
  ...["paddd %xmm0, %xmm1", "movdqu %xmm1, (%r12)", "lock incl (%r12)", "xchg %ecx, (%r12)", "pushf; popf", "cdq"],
  ...["push %rcx; mov %r12, %rdi; mov $3, %ecx; rep stosb; pop %rcx", "mov %r12, %rdi; mov $0, %ecx; rep stosq"],
] as const;

/** Compiles a random program: blocks with loops around them, calls, and jumps that depend on what was computed. */
export function randomGuest(seed: number): Promise<string> {
  const random = seeded(seed);
  const lines: string[] = [];
  const some = (most: number) => {
    for (let count = 1 + random(most); count > 0; count--) {
      lines.push(RANDOM_INSTRUCTIONS[random(RANDOM_INSTRUCTIONS.length)]);
    }
  };
  for (let block = 0; block < 12; block++) {
    lines.push(`push %rbx; mov $${1 + random(12)}, %ebx; 1:`);
    some(6);
    lines.push(`test $${1 << random(5)}, %al; ${["jz", "jnz"][random(2)]} 2f`);
    some(random(8) === 0 ? 300 : 4);
    lines.push("2:");
    if (random(3) === 0) lines.push(`call ${["small", "jumpy"][random(2)]}`);
    if (random(5) === 0) lines.push("jmp 4f; .balign 4096; 4:");
    some(3);
    lines.push("dec %ebx; jnz 1b; pop %rbx");
  }
  const text = `.text; start: ${
    lines.join("; ")
  }; ret; small: inc %rax; ret; jumpy: test $2, %al; jz 3f; ret; 3: add $6, %al; ret`;
  return compile(
    `${PRELUDE}
    __asm__(${JSON.stringify(text)});
    byte scratch[64];
    void _start(void) {
      long result;
      __asm__ volatile("xor %%eax, %%eax; xor %%ecx, %%ecx; xor %%edx, %%edx; pxor %%xmm0, %%xmm0; pxor %%xmm1, %%xmm1;"
        "lea scratch(%%rip), %%r12; call start" : "=a"(result) :: "rcx", "rdx", "rdi", "r12", "xmm0", "xmm1", "memory", "cc");
      print(result & 0xffffffff);
      sys(60, 0, 0, 0);
    }`,
    FLAGS,
  );
}

/** Guests that misbehave: they end as they do natively, and the host lives on. */

import assert from "node:assert/strict";
import { runGuest, runNative } from "../programs/comparison.ts";
import { compile } from "../programs/compile.ts";

const guests: Readonly<Record<string, string>> = {
  "jumps to nowhere": "int main(void) { ((void (*)(void))0x123456)(); return 0; }",
  "jumps to a null pointer": "int main(void) { void (*volatile f)(void) = 0; f(); return 0; }",
  "jumps to data": "static char data[8] = {0x90}; int main(void) { ((void (*)(void))data)(); return 0; }",
  "jumps to an address that is not canonical": "int main(void) { ((void (*)(void))0x8000000000000000)(); return 0; }",
  "overflows its stack":
    "int f(int n) { volatile char a[4096]; a[0] = n; return f(n + 1) + a[0]; } int main(void) { return f(0); }",
  "writes to its code": "int main(void) { *(volatile char *)main = 0; return 0; }",
  "writes to its constants": 'int main(void) { *(volatile char *)"constant" = 0; return 0; }',
  "unmaps its own code":
    "#include <sys/mman.h>\nint main(void) { munmap((void *)((long)main & -4096), 4096); return 0; }",
  "unmaps its stack": `
    #include <sys/mman.h>
    int main(void) { char here; munmap((void *)(((long)&here & -4096) - 65536), 1 << 20); return 0; }`,
  "divides by zero": "int main(int argc, char **argv) { volatile int zero = 0; return argc / zero; }",
  "executes ud2": "int main(void) { __builtin_trap(); }",
  "executes a privileged instruction": 'int main(void) { __asm__ volatile("hlt"); return 0; }',
  "executes int3": 'int main(void) { __asm__ volatile("int3"); return 0; }',
  "aborts": "#include <stdlib.h>\nint main(void) { abort(); }",
  "kills itself": "#include <signal.h>\nint main(void) { raise(SIGKILL); return 0; }",
  "raises the limit of its address space and maps it all": `
    #include <stdio.h>
    #include <sys/mman.h>
    int main(void) {
      void *p = mmap(0, 1ul << 46, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      return p == MAP_FAILED ? 0 : 0;
    }`,
};

for (const [name, source] of Object.entries(guests)) {
  Deno.test(`a guest that ${name} ends as natively`, async () => {
    const path = await compile(source, ["-O0", "-w"]);
    const [native, guest] = await Promise.all([runNative([path]), runGuest([path])]);
    assert.equal(guest.status, native.status, guest.stderr);
    assert.equal(guest.stdout, native.stdout);
    assert.doesNotMatch(guest.stderr, /should not happen|panicked|at file:/);
    if (native.status === 139) assert.match(guest.stderr, /SIGSEGV: cannot|SIGSEGV: a privileged/);
  });
}

Deno.test("a guest that passes wild pointers and numbers to every system call leaves the host alive", async () => {
  const source = `
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <unistd.h>
    static const long values[] = {0, 1, -1, 3, 4095, 4096, 0x1000, 0x7fffffff, 0x80000000, 1L << 39, 1L << 40, 1L << 47,
      -4096, 0x7fffffffffffffff, 0x8000000000000000, 0xdeadbeefcafebabe};
    int main(int argc, char **argv) {
      unsigned long seed = strtoul(argv[1], 0, 0);
      for (int round = 0; round < 40; round++) {
        for (long number = 0; number < 470; number++) {
          switch (number) {
            case 11: case 13: case 14: case 15: case 23: case 34: case 35: case 60: case 61: case 62: case 128: case 130:
            case 200: case 202: case 230: case 231: case 234: case 247: case 270: case 271: case 7: case 232: case 281:
            case 56: case 57: case 58: case 59: case 322: case 435: case 42: case 43: case 44: case 45: case 46: case 47: case 288: case 299: case 307: case 53: case 41: case 162: case 306:
            case 10: case 12: case 25: case 9: case 449: case 20: case 1: case 3: case 436: case 32: case 33: case 292:
            case 275: case 276: case 40: case 0: case 17: case 19: case 295: case 327:
              continue; /* end, park or multiply the guest (natively too), or take its code, stack or output away */
          }
          long a[6];
          for (int i = 0; i < 6; i++) {
            seed = seed * 6364136223846793005ul + 1442695040888963407ul;
            a[i] = values[seed >> 60];
          }
          register long r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
          long result;
          __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8),
            "r"(r9) : "rcx", "r11", "memory");
          alarm(0);
        }
      }
      static const char done[] = "done\\n";
      write(1, done, sizeof done - 1);
      _exit(0);
    }`;
  const path = await compile(source, ["-O1", "-w"]);
  const folder = await Deno.makeTempDir();
  try {
    for (const seed of ["1", "2"]) {
      const { stdout, status, stderr } = await runGuest([path, seed], { cwd: folder, permissions: [] });
      assert.doesNotMatch(stderr, /should not happen|panicked|at file:/);
      assert.equal(stdout, "done\n", `${status}: ${stderr.slice(-600)}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

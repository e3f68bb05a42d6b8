/* Faults as signals: number, code, address, trap and where the program counter is, for each kind of fault. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf back;
static volatile int number, code, vector;
static void *volatile address;
static char *volatile pc;
static int zero;

static void handler(int signal, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  number = signal;
  code = info->si_code;
  address = info->si_addr;
  vector = u->uc_mcontext.gregs[REG_TRAPNO];
  pc = (char *)u->uc_mcontext.gregs[REG_RIP];
  siglongjmp(back, 1);
}

/* Addresses in the program differ from run to run: they are shown relative to the program counter. */
static void show(const char *name) {
  if (number == 0) {
    printf("%s: nothing\n", name);
  } else if (code <= 0) {
    printf("%s: signal %d code %d\n", name, number, code);
  } else if (address == pc && (unsigned long)pc > 0x20000000) {
    printf("%s: signal %d code %d at the pc, vector %d\n", name, number, code, vector);
  } else {
    printf("%s: signal %d code %d address %p, vector %d\n", name, number, code, address, vector);
  }
}

#define TRY(name, ...)                 \
  do {                                 \
    number = 0;                        \
    if (!sigsetjmp(back, 1)) {         \
      __VA_ARGS__;                     \
    }                                  \
    show(name);                        \
  } while (0)

/* The instruction at `start`, and how far behind it the program counter was. */
#define AT(name, text, ...)                                                                     \
  do {                                                                                          \
    number = 0;                                                                                 \
    char *volatile start = 0;                                                                   \
    if (!sigsetjmp(back, 1)) {                                                                  \
      asm volatile("lea 1f(%%rip), %%rax; mov %%rax, %0; xor %%eax, %%eax; 1: " text : "=m"(start) : __VA_ARGS__ \
                   : "rax", "rcx", "rdx", "rbx", "memory");                                     \
    }                                                                                           \
    printf("pc +%ld; ", (long)(pc - start));                                                    \
    show(name);                                                                                 \
  } while (0)

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  static char alternate[65536];
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  for (int signal = 1; signal < 32; signal++) sigaction(signal, &action, 0);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  char *readonly = mmap((void *)0x10000000, 4096, PROT_READ, flags, -1, 0);
  char *none = mmap((void *)0x10001000, 4096, PROT_NONE, flags, -1, 0);
  char *data = mmap((void *)0x10005000, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);

  TRY("read of null", *(volatile int *)8);
  TRY("write of null", *(volatile int *)8 = 1);
  TRY("read of the second page", *(volatile int *)0x1ff0);
  TRY("write to read-only", readonly[123] = 1);
  TRY("read of no access", *(volatile char *)(none + 5));
  TRY("call of null", ((void (*)(void))0)());
  TRY("call into the second page", ((void (*)(void))0x1230)());
  TRY("call of data", ((void (*)(void))(data + 7))());
  TRY("read of a non-canonical address", *(volatile int *)0x8000000000001234);
  TRY("push to a non-canonical stack",
      asm volatile("mov %%rsp,%%rbx; mov $0x8000000000000000,%%rax; mov %%rax,%%rsp; push %%rax; mov %%rbx,%%rsp" ::
                       : "rax", "rbx"));
  TRY("read of the kernel", *(volatile int *)0xffff888000000010);
  TRY("read high in user space", *(volatile int *)0x7fff00000010);
  TRY("read across into nothing", *(volatile int *)(data + 4094));
  TRY("write across into nothing", *(volatile int *)(data + 4094) = 3);
  TRY("rep movsb into nothing",
      asm volatile("rep movsb" ::"D"(data + 4000), "S"(readonly), "c"(200) : "memory"));
  AT("division by zero", "mov $5, %%eax; cltd; mov %1, %%ecx; idiv %%ecx", "m"(zero));
  AT("division that overflows", "mov $0x80000000, %%eax; cltd; mov $-1, %%ecx; idiv %%ecx", "m"(zero));
  AT("ud2", "ud2", "m"(zero));
  AT("int3", "int3", "m"(zero));
  AT("int 3", ".byte 0xcd, 3", "m"(zero));
  AT("int1", ".byte 0xf1", "m"(zero));
  AT("hlt", "hlt", "m"(zero));
  AT("cli", "cli", "m"(zero));
  AT("int 0x21", "int $0x21", "m"(zero));
  AT("int 4", "int $4", "m"(zero));
  AT("wrmsr", "wrmsr", "m"(zero));
  AT("mov from cr0", "mov %%cr0, %%rax", "m"(zero));
  AT("unknown opcode", ".byte 0x0f, 0xff, 0xc0", "m"(zero));
  AT("push es", ".byte 0x06", "m"(zero));
  AT("lock nop", ".byte 0xf0, 0x90", "m"(zero));
  AT("trap flag", "pushfq; orq $0x100, (%%rsp); popfq; nop; nop", "m"(zero));
  unsigned short control = 0x37f & ~4;
  AT("x87 division by zero", "fldcw %1; fldz; fld1; fdivp; fwait", "m"(control));
  asm volatile("fninit");
  TRY("raise", raise(SIGUSR1));
  TRY("abort", abort());
  return 0;
}

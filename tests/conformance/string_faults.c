// String instructions that fault on their way: what the handler finds in the registers, and that they go on from there.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

static char *area, *other;
static int faults;

static void repair(int signal, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *code = (void *)registers[REG_RIP];
  printf("fault at %ld: %02x %02x, rcx %ld, rsi %ld, rdi %ld\n", (long)((char *)info->si_addr - area), code[0], code[1], (long)registers[REG_RCX],
         (long)((char *)registers[REG_RSI] - other), (long)((char *)registers[REG_RDI] - area));
  mprotect(area + 4096, 4096, PROT_READ | PROT_WRITE);
  faults++;
}

#define RUN(name, instruction, start, count, value) do { \
    mprotect(area + 4096, 4096, PROT_NONE); \
    char *to = area + (start), *from = other; \
    long left = (count); \
    uint64_t a = (value); \
    __asm__ volatile(instruction : "+D"(to), "+S"(from), "+c"(left), "+a"(a) : : "memory", "cc"); \
    printf("%s: %ld %ld %ld %d\n", name, (long)(to - area), (long)(from - other), left, faults); \
  } while (0)

int main(void) {
  area = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  other = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < 8192; i++) other[i] = i % 251;
  struct sigaction action = {.sa_sigaction = repair, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  RUN("stosb", "rep stosb", 4000, 200, 0x5a);
  RUN("stosq", "rep stosq", 4000, 20, 0x1122334455667788);
  RUN("movsb", "rep movsb", 4090, 100, 0);
  RUN("movsq", "rep movsq", 4092, 10, 0); // one straddles the pages
  RUN("lodsb", "xchg %%rsi, %%rdi; rep lodsb; xchg %%rsi, %%rdi", 4000, 200, 0);
  RUN("scasb", "repne scasb", 4000, 4000, 0xee);
  RUN("cmpsb", "repe cmpsb", 4090, 100, 0);
  RUN("backwards", "std; rep stosb; cld", 5000, 1200, 1);
  unsigned sum = 0;
  for (int i = 0; i < 8192; i++) sum = sum * 31 + (unsigned char)area[i];
  printf("%u\n", sum);
}

// Instructions with a VEX prefix: whether each is refused, as a CPU does that has neither AVX nor BMI.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static sigjmp_buf back;
static void refuse(int signal) { siglongjmp(back, 1); }

#define TRY(instruction) \
  do { \
    if (sigsetjmp(back, 1)) puts(instruction ": refused"); \
    else { \
      __asm__ volatile(instruction); \
      puts(instruction ": done"); \
    } \
  } while (0)

int main(void) {
  signal(SIGILL, refuse);
  // The middle of a block, its start, and one after the other.
  int x = 0;
  for (int i = 0; i < 3; i++) {
    TRY("nop; nop; vpaddd %xmm0, %xmm1, %xmm2");
    x += i;
  }
  TRY("vpaddd %xmm0, %xmm1, %xmm2");
  TRY("vaddps %xmm0, %xmm1, %xmm2");
  TRY("vpxor %xmm0, %xmm0, %xmm0");
  TRY("vmovdqu (%rsp), %xmm0");
  TRY("vmovdqu %fs:0, %xmm0");
  TRY("vpshufb %xmm0, %xmm1, %xmm2");
  TRY("vpalignr $3, %xmm0, %xmm1, %xmm2");
  TRY("vmovd %eax, %xmm0");
  TRY("vcvtsi2sd %rax, %xmm0, %xmm1");
  TRY("vpor %ymm0, %ymm1, %ymm2");
  TRY("vzeroupper");
  TRY("vfmadd231pd %xmm0, %xmm1, %xmm2");
  TRY("kmovw %eax, %k1");
  TRY("vmovdqu64 (%rsp), %zmm0");
  TRY("andn %eax, %eax, %eax");
  TRY("rorx $7, %rax, %rax");
  TRY("bzhi %rax, %rax, %rax");
}

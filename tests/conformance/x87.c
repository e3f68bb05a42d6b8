// Long double arithmetic, comparison and conversion over many operands, in all rounding modes: a line of bytes for each.
// Leaves out FPREM, FSCALE, FXTRACT and exception flags, where the translator is not exact.
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef long double real;

static void show(const char *what, real value) {
  unsigned char bytes[16] = {0};
  memcpy(bytes, &value, 10);
  printf("%s ", what);
  for (int i = 9; i >= 0; i--) printf("%02x", bytes[i]);
  puts("");
}

static real make(uint16_t top, uint64_t fraction) {
  real value = 0;
  memcpy(&value, &fraction, 8), memcpy((char *)&value + 8, &top, 2);
  return value;
}


int main(void) {
  real values[] = {0.0L, -0.0L, 1.0L, -1.5L, 3.14159265358979323846L, 1e-4000L, -1e4000L, 2.5L, 0.1L, 1e18L, 123456789.123456789L, make(0, 1),
                   make(0x7fff, 0x8000000000000000), make(0xffff, 0x8000000000000000), make(0x7fff, 0xc000000000000000), make(0x3fff, 0xffffffffffffffff), make(1, 0x8000000000000000)};
  int count = sizeof values / sizeof *values, modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
  for (int mode = 0; mode < 4; mode++) {
    fesetround(modes[mode]);
    for (int i = 0; i < count; i++) {
      volatile real a = values[i];
      real r;
      show("sqrt", sqrtl(a)), show("rint", rintl(a)), show("neg", -a), show("abs", fabsl(a));
      printf("float %a double %a\n", (float)a, (double)a);
      long long number;
      __asm__ volatile("fistpll %0" : "=m"(number) : "t"(a) : "st");
      printf("int %lld\n", number);
      __asm__ volatile("fxam; fnstsw %%ax" : "=a"(number) : "t"(a));
      printf("fxam %x\n", (int)number & 0x4700);
      __asm__ volatile("ftst; fnstsw %%ax" : "=a"(number) : "t"(a));
      printf("ftst %x\n", (int)number & 0x4500);
      for (int j = 0; j < count; j++) {
        volatile real b = values[j];
        show("add", a + b), show("sub", a - b), show("mul", a * b), show("div", a / b);
        printf("compare %d%d%d\n", a < b, a == b, a > b);
      }
    }
  }
  fesetround(FE_TONEAREST);
  for (int64_t i = -3; i < 4; i++) show("from int", (real)(i * 0x7fffffffffffffff / 3)), show("from unsigned", (real)(uint64_t)(i * 1234567890123456789));
  unsigned char bcd[10];
  real number = -123456789012345678.0L, back;
  __asm__ volatile("fbstp %0" : "=m"(bcd) : "t"(number) : "st");
  for (int i = 9; i >= 0; i--) printf("%02x", bcd[i]);
  __asm__ volatile("fbld %1" : "=t"(back) : "m"(bcd));
  show(" bcd", back);
  real constants[7];
  __asm__ volatile("fld1; fstpt %0; fldpi; fstpt %1; fldl2e; fstpt %2; fldl2t; fstpt %3; fldlg2; fstpt %4; fldln2; fstpt %5; fldz; fstpt %6" : "=m"(constants[0]), "=m"(constants[1]), "=m"(constants[2]), "=m"(constants[3]), "=m"(constants[4]), "=m"(constants[5]), "=m"(constants[6]));
  for (int i = 0; i < 7; i++) show("constant", constants[i]);
  printf("%.30Lf %Le %La\n", 1.0L / 3, 1e4000L / 7, 0.1L);
}

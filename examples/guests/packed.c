// Writes a function into memory, makes it executable and calls it, as packed programs do.
// gcc -Og -g -fno-inline -fcf-protection=none -ffile-prefix-map=$PWD=examples/guests -o packed packed.c
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

// lea eax, [rdi + rdi * 2]; add eax, 7; ret -- each byte minus one
static const unsigned char hidden[] = {0x8c, 0x03, 0x7e, 0x82, 0xbf, 0x06, 0xc2};

int main(void) {
  unsigned char *code = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (size_t i = 0; i < sizeof hidden; i++) code[i] = hidden[i] + 1;
  mprotect(code, 4096, PROT_READ | PROT_EXEC);
  int (*unpacked)(int) = (int (*)(int))code;
  printf("unpacked(5) = %d\n", unpacked(5));
  return 0;
}

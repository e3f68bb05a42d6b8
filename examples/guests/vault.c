// Opens for one password, which the file does not show: it is kept scrambled.
// gcc -Og -g -fno-inline -fno-builtin -fcf-protection=none -ffile-prefix-map=$PWD=examples/guests -o vault vault.c
#include <stdio.h>
#include <string.h>

static const unsigned char scrambled[] = {0x2e, 0x35, 0x2a, 0x3b, 0x20, 0x6e, 0x68, 0};

static void unscramble(char *into) {
  size_t i = 0;
  for (; scrambled[i] != 0; i++) into[i] = scrambled[i] ^ 0x5a;
  into[i] = 0;
}

int check(const char *guess) {
  char secret[16];
  unscramble(secret);
  return strcmp(guess, secret) == 0;
}

int main(int argc, char **argv) {
  const char *guess = argc > 1 ? argv[1] : "";
  if (check(guess)) {
    puts("the vault is open");
    return 0;
  }
  puts("wrong password");
  return 1;
}

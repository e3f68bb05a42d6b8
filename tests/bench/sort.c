/* A CPU-bound guest: sieve, quicksort, hash table; a few seconds under emulation. Prints checksums. */
#include <stdio.h>
#include <stdlib.h>

#define PRIMES 8000000
#define NUMBERS 1500000
#define SLOTS (1 << 22)

static char composite[PRIMES];
static unsigned numbers[NUMBERS], keys[SLOTS], values[SLOTS];

static int compare(const void *a, const void *b) {
  unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return x < y ? -1 : x > y;
}

int main(void) {
  unsigned long sum = 0, state = 1;
  for (int i = 2; i < PRIMES; i++) {
    if (composite[i]) continue;
    sum += i;
    for (long j = (long)i * i; j < PRIMES; j += i) composite[j] = 1;
  }
  for (int i = 0; i < NUMBERS; i++) numbers[i] = (state = state * 6364136223846793005ul + 1442695040888963407ul) >> 33;
  qsort(numbers, NUMBERS, sizeof *numbers, compare);
  for (int i = 0; i < NUMBERS; i++) {
    unsigned slot = numbers[i] * 2654435761u >> 10;
    while (keys[slot] && keys[slot] != numbers[i]) slot = (slot + 1) % SLOTS;
    keys[slot] = numbers[i];
    values[slot] += i;
  }
  for (int i = 0; i < SLOTS; i++) sum = sum * 31 + values[i];
  printf("%lu\n", sum);
  return 0;
}

// Adds numbers up in several ways, some slower than others.
// gcc -Og -g -fno-inline -fno-builtin -fcf-protection=none -fno-optimize-sibling-calls -ffile-prefix-map=$PWD=examples/guests -o sums sums.c
#include <stdio.h>
#include <stdlib.h>

long by_formula(long n) { return n * (n + 1) / 2; }

long by_loop(long n) {
  long sum = 0;
  for (long i = 1; i <= n; i++) sum += i;
  return sum;
}

long by_recursion(long n) { return n == 0 ? 0 : n + by_recursion(n - 1); }

const char *grade(long n) {
  if (n < 0) return "negative";
  if (n == 0) return "zero";
  if (n % 2 == 0) return "even";
  return "odd";
}

long all(long n) { return by_formula(n) + by_loop(n) + by_recursion(n); }

int main(int argc, char **argv) {
  long n = argc > 1 ? atol(argv[1]) : 100;
  printf("%ld is %s\n", n, grade(n));
  if (n > 0) printf("three times the sum is %ld\n", all(n));
  return 0;
}

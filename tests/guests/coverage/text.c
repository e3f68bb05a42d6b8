#include <stdio.h>

enum kind { NUMBER, WORD, BLANK, OTHER };

static enum kind kind_of(char c) {
  if (c >= '0' && c <= '9') return NUMBER;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return WORD;
  return c == ' ' || c == '\t' ? BLANK : OTHER;
}

static int length_of(const char *text) {
  const char *at = text;
  while (*at++) ;
  return at - text - 1;
}

static long power(long base, int exponent) {
  long result = 1;
  for (int i = 0; i < exponent; i++) result *= base;
  return result;
}

static int never(int x) {
  if (x > 3)
    return x * 2;
  return x;
}

static const char *name(enum kind k) {
  switch (k) {
    case NUMBER:
      return "number";
    case WORD:
      return "word";
    case BLANK:
      return "blank";
    default:
      return "other";
  }
}

int main(int argc, char **argv) {
  const char *texts[] = { "ab 12", "x+1", "", "hello world 42 !" };
  int counts[4] = { 0 };
  for (int i = 0; i < 4; i++) {
    int n = length_of(texts[i]);
    for (int j = 0; j < n; j++)
      counts[kind_of(texts[i][j])]++;
  }
  for (int k = 0; k < 4; k++) {
    if (counts[k] == 0)
      continue;
    printf("%s: %d\n",
           name(k),
           counts[k]);
  }
  int total = 0, i = 0;
  do {
    total += counts[i];
  } while (++i < 4);
  if (argc > 5) printf("%d\n", never(argc));
  for (int a = 0; a < 3; a++) for (int b = 0; b < 3; b++) total += a > b ? 1 : 0;
  total += (total > 3 ? total & 1 : total) ? 5 : 7;
  printf("%d %ld\n", total, power(3, 4));
  return argc > 5 ? 1 : 0;
}

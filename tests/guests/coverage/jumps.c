/* Loops without bodies, a switch that falls through, goto, longjmp, and conditions over several lines. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

static jmp_buf place;
static int depth;

static void deep(int left) {
  depth++;
  if (left == 0)
    longjmp(place, depth);
  deep(left - 1);
  depth--;
}

static size_t length(const char *text) {
  const char *end;
  for (end = text; *end; end++)
    ;
  return end - text;
}

static int skip(const char *text) {
  int at = 0;
  while (text[at++] != ' ');
  return at;
}

static int kinds(const char *text) {
  int letters = 0, digits = 0, others = 0;
  for (; *text; text++) {
    switch (*text) {
      case '0':
      case '1':
        digits++;
        break;
      case 'a':
        letters++;
        /* fall through */
      case 'b':
        letters++;
        break;
      default:
        others++;
    }
  }
  return letters * 100 + digits * 10 + others;
}

static int search(int grid[4][4], int wanted) {
  int row, column;
  for (row = 0; row < 4; row++)
    for (column = 0; column < 4; column++)
      if (grid[row][column] == wanted)
        goto found;
  return -1;
found:
  return row * 4 + column;
}

static int in_range(int value, int low, int high) {
  return value >= low
    && value < high
    && (value % 2 == 0
        || value == 7);
}

int main(void) {
  int grid[4][4], sum = 0, tries = 0;
  int caught = setjmp(place);
  if (caught == 0)
    deep(5);
  else
    printf("%d deep\n", caught);
  depth = 0;
  if (setjmp(place) < 2 && tries++ < 1)
    deep(2);
  for (int at = 0; at < 16; at++) grid[at / 4][at % 4] = at * 3;
  sum += search(grid, 21) + search(grid, 22);
  do
    sum += in_range(sum, 2, 40) ? 3 : 5;
  while (sum < 60);
  for (;;) {
    if (sum++ > 70) break;
    if (sum % 3) continue;
    sum++;
  }
  printf("%zu %d %d %d\n", length("twelve chars"), skip("a b"), kinds("0a1bx"), sum);
  return 0;
}

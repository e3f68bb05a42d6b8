/* Sorts as many numbers as its argument says, by a recursive quicksort and by qsort(): calls, branches, misses. */
#include <stdio.h>
#include <stdlib.h>

static unsigned state = 1;

static unsigned draw(void) { return state = state * 1103515245u + 12345u; }

static int compare(const void *a, const void *b) {
  unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return x < y ? -1 : x > y;
}

static void quicksort(unsigned *numbers, long count) {
  if (count < 2) return;
  unsigned pivot = numbers[count / 2];
  long low = 0, high = count - 1;
  while (low <= high) {
    while (numbers[low] < pivot) low++;
    while (numbers[high] > pivot) high--;
    if (low > high) break;
    unsigned kept = numbers[low];
    numbers[low++] = numbers[high];
    numbers[high--] = kept;
  }
  quicksort(numbers, high + 1);
  quicksort(numbers + low, count - low);
}

int main(int count, char **arguments) {
  long size = count > 1 ? atol(arguments[1]) : 1000;
  unsigned *one = malloc(size * sizeof *one), *other = malloc(size * sizeof *other);
  for (long i = 0; i < size; i++) one[i] = other[i] = draw();
  quicksort(one, size);
  qsort(other, size, sizeof *other, compare);
  printf("%u %u\n", one[size / 2], other[size / 2]);
  return 0;
}

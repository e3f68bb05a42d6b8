// Adds up a square of numbers twice: along its rows, and along its columns.
// gcc -Og -g -fno-inline -fcf-protection=none -ffile-prefix-map=$PWD=examples/guests -o grid grid.c
#include <stdio.h>

#define SIDE 64

static int grid[SIDE][SIDE] __attribute__((aligned(64)));

void fill(void) {
  for (int row = 0; row < SIDE; row++)
    for (int column = 0; column < SIDE; column++) grid[row][column] = row * column;
}

long by_rows(void) {
  long sum = 0;
  for (int row = 0; row < SIDE; row++)
    for (int column = 0; column < SIDE; column++) sum += grid[row][column];
  return sum;
}

long by_columns(void) {
  long sum = 0;
  for (int column = 0; column < SIDE; column++)
    for (int row = 0; row < SIDE; row++) sum += grid[row][column];
  return sum;
}

int main(void) {
  fill();
  long rows = by_rows(), columns = by_columns();
  printf("%ld by rows, %ld by columns\n", rows, columns);
  return rows != columns;
}

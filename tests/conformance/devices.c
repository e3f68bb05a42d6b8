// Big reads of /dev/zero and its like come whole.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  size_t size = 4 << 20;
  char *bytes = malloc(size);
  int zero = open("/dev/zero", O_RDONLY), random = open("/dev/urandom", O_RDONLY), full = open("/dev/full", O_RDWR);
  int whole = 0, written = 0;
  for (int i = 0; i < 300; i++) whole += read(zero, bytes, size) == (ssize_t)size;
  printf("zero %d\n", whole);
  int null = open("/dev/null", O_RDWR);
  for (int i = 0; i < 300; i++) written += write(null, bytes, size) == (ssize_t)size;
  printf("null %d, end %zd\n", written, read(null, bytes, 1));
  printf("random %zd\n", read(random, bytes, 1 << 20));
  printf("full %zd %zd\n", read(full, bytes, size), write(full, bytes, 1));
  return 0;
}

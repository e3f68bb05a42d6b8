// Makes system calls or has threads take turns: calls WHAT COUNT.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static long count;
static int there[2], back[2];

static void *yields(void *unused) {
  for (long i = 0; i < count; i++) sched_yield();
  return NULL;
}

static void *echoes(void *unused) {
  char c;
  for (long i = 0; i < count; i++) read(there[0], &c, 1), write(back[1], &c, 1);
  return NULL;
}

int main(int argc, char **argv) {
  const char *what = argv[1];
  count = atol(argv[2]);
  pthread_t thread;
  if (strcmp(what, "getppid") == 0) {
    for (long i = 0; i < count; i++) syscall(SYS_getppid);
  } else if (strcmp(what, "megabytes") == 0) {
    size_t size = 1 << 20;
    char *bytes = malloc(size);
    memset(bytes, 1, size);
    int file = memfd_create("megabyte", 0);
    pwrite(file, bytes, size, 0);
    for (long i = 0; i < count; i++) {
      lseek(file, 0, SEEK_SET);
      if (read(file, bytes, size) != (ssize_t)size || pwrite(file, bytes, size, 0) != (ssize_t)size) return 1;
    }
  } else if (strcmp(what, "yield") == 0) {
    pthread_create(&thread, NULL, yields, NULL);
    yields(NULL);
    pthread_join(thread, NULL);
  } else {
    char c = 0;
    pipe(there), pipe(back);
    pthread_create(&thread, NULL, echoes, NULL);
    for (long i = 0; i < count; i++) write(there[1], &c, 1), read(back[0], &c, 1);
    pthread_join(thread, NULL);
  }
  return 0;
}

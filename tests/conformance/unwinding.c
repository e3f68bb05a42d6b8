/* Unwinders go through signal frames: backtrace(3) finds main, and the end of the thread runs what is to be cleaned up
 * on both sides of the frame. */
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void clean(int *what) { printf("cleaned up %d\n", *what); }

static void handler(int signal) {
  (void)signal;
  void *frames[64];
  int depth = backtrace(frames, 64);
  char **names = backtrace_symbols(frames, depth);
  for (int i = 0; i < depth; i++) {
    char *start = strchr(names[i], '('), *end = start ? strpbrk(start, "+)") : 0;
    if (start && end > start + 1) printf("in %.*s\n", (int)(end - start - 1), start + 1);
  }
  __attribute__((cleanup(clean))) int inside = 1;
  pthread_exit(0);
}

__attribute__((noinline)) int fault(volatile int *at, int level) {
  __attribute__((cleanup(clean))) int outside = 10 + level;
  return level == 0 ? *at : fault(at, level - 1) + 1;
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  signal(SIGSEGV, handler);
  return fault(0, 3);
}

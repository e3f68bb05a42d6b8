/* Memory of files that are truncated while they are mapped: SIGBUS, and the file again once it has grown. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096L
static sigjmp_buf back;
static volatile int seen;
static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  seen = signal * 10 + info->si_code;
  siglongjmp(back, 1);
}

/* Each access is a call of its own: the signal of the first one may come a few instructions later. */
__attribute__((noinline)) static int peek(volatile char *at) { return *at; }
__attribute__((noinline)) static void poke(volatile char *at) { *at = 1; }

static int touch(char *at, int write) {
  seen = 0;
  if (sigsetjmp(back, 1) == 0) {
    if (write) poke(at);
    else peek(at);
    for (volatile int i = 0; i < 3; i++) {
    }
  }
  return seen;
}

int main(int argc, char **argv) {
  setvbuf(stdout, 0, _IONBF, 0);
  char name[] = "/tmp/ceratops-truncated-XXXXXX";
  int file = mkstemp(name);
  unlink(name);
  if (ftruncate(file, 8 * PAGE) != 0) return 1;
  char *shared = mmap(0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  char *private = mmap(0, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  for (int i = 0; i < 8; i++) shared[i * PAGE] = 'a' + i;
  if (argc == 1) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, 0);
  }
  if (ftruncate(file, 3 * PAGE) != 0) return 1;
  printf("there %c %c\n", shared[2 * PAGE], private[2 * PAGE]);
  printf("shared: read %d", touch(shared + 4 * PAGE + 123, 0));
  printf(", read again %d", touch(shared + 4 * PAGE + 123, 0));
  printf(", write %d", touch(shared + 5 * PAGE, 1));
  printf(", write at the end %d\n", touch(shared + 7 * PAGE + 4095, 1));
  printf("private: write %d", touch(private + 3 * PAGE, 1));
  printf(", read %d\n", touch(private + 6 * PAGE, 0));
  printf("by a call: %d\n", (int)write(1, shared + 6 * PAGE, 10));
  if (ftruncate(file, 8 * PAGE) != 0) return 1;
  printf("grown: %d %d\n", touch(shared + 6 * PAGE, 0), shared[6 * PAGE]);
  return 0;
}

/* Clocks, sleeping and futexes of a single thread: relations and errors, no absolute times. */
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void result(const char *name, long value) {
  if (value == -1) printf("%s: %s\n", name, strerrorname_np(errno));
  else printf("%s: %ld\n", name, value);
}

static double now(int clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) != 0) return -1;
  return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_MONOTONIC_COARSE,
                  CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  for (int i = 0; i < 7; i++) {
    double before = now(clocks[i]);
    struct timespec resolution;
    int known = clock_getres(clocks[i], &resolution);
    printf("clock %d goes forward %d, resolution %d\n", clocks[i], now(clocks[i]) >= before && before >= 0, known);
  }
  result("unknown clock", clock_gettime(77, &(struct timespec){0}));
  result("to nowhere", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, 1));
  struct timeval day;
  printf("time agrees %d %d\n", gettimeofday(&day, 0), labs(time(0) - day.tv_sec) <= 1);
  clockid_t own;
  printf("clock of the process %d", clock_getcpuclockid(getpid(), &own));
  printf(" %d\n", now(own) >= 0 && now(own) < 60);
  double start = now(CLOCK_MONOTONIC);
  struct timespec brief = {0, 20000000}, bad = {0, 1000000000}, negative = {-1, 0};
  result("sleep", nanosleep(&brief, 0));
  printf("slept %d\n", now(CLOCK_MONOTONIC) - start >= 0.02);
  result("bad time", nanosleep(&bad, 0));
  result("negative time", nanosleep(&negative, 0));
  result("no time", nanosleep((void *)1, 0));
  printf("sleep by an unknown clock %d\n", clock_nanosleep(77, 0, &brief, 0));
  struct timespec past = {1, 0};
  printf("until the past %d\n", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &past, 0));
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 30000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  start = now(CLOCK_MONOTONIC);
  printf("until then %d", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, 0));
  double took = now(CLOCK_MONOTONIC) - start;
  printf(" %d\n", took > 0.02 && took < 5);

  int word = 5;
  result("wake nobody", syscall(SYS_futex, &word, FUTEX_WAKE, 1, 0, 0, 0));
  result("wait for another value", syscall(SYS_futex, &word, FUTEX_WAIT, 6, 0, 0, 0));
  start = now(CLOCK_MONOTONIC);
  result("wait in vain", syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &brief, 0, 0));
  printf("waited %d\n", now(CLOCK_MONOTONIC) - start >= 0.02);
  result("wait until the past", syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, &past, 0, -1));
  result("wait with a bad time", syscall(SYS_futex, &word, FUTEX_WAIT, 5, &bad, 0, 0));
  result("wait off alignment", syscall(SYS_futex, (char *)&word + 1, FUTEX_WAIT, 5, &brief, 0, 0));
  result("wait nowhere", syscall(SYS_futex, 8, FUTEX_WAIT, 5, &brief, 0, 0));
  result("without bits", syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 5, 0, 0, 0));
  int other = 3;
  result("wake after an operation",
         syscall(SYS_futex, &word, FUTEX_WAKE_OP, 1, 1, &other, FUTEX_OP(FUTEX_OP_ADD, 4, FUTEX_OP_CMP_EQ, 3)));
  printf("operated %d\n", other);
  result("requeue", syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, 1, &other, 5));
  result("requeue of another value", syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, 1, &other, 6));
  result("robust list of a wrong size", syscall(SYS_set_robust_list, &word, 5));
  return 0;
}

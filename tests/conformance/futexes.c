/* futex(2) itself, between two threads: bitsets, requeueing, changing while waking, times, and its errors. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static unsigned first, second;
static volatile int waiting;

static long futex(unsigned *at, int operation, unsigned value, const void *time, unsigned *other, unsigned third) {
  long result = syscall(SYS_futex, at, operation, value, time, other, third);
  return result < 0 ? -errno : result;
}

struct request { unsigned *at; unsigned bitset; };

static void *wait_at(void *argument) {
  struct request *request = argument;
  waiting++;
  return (void *)futex(request->at, FUTEX_WAIT_BITSET_PRIVATE, 0, 0, 0, request->bitset);
}

static void start(pthread_t *threads, int count, struct request *requests) {
  waiting = 0;
  for (int i = 0; i < count; i++) pthread_create(&threads[i], 0, wait_at, &requests[i]);
  while (waiting < count) usleep(1000);
  usleep(30000);
}

static long results(pthread_t *threads, int count) {
  long sum = 0;
  for (int i = 0; i < count; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  return sum;
}

int main(void) {
  pthread_t threads[4];
  struct request requests[4] = {{&first, 1}, {&first, 2}, {&first, 4}, {&first, 6}};

  start(threads, 4, requests);
  long woken = futex(&first, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, 0, 0, 4);
  long rest = futex(&first, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
  printf("bitsets: %ld %ld, %ld\n", woken, rest, results(threads, 4));

  start(threads, 4, requests);
  woken = futex(&first, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &second, 0);
  long wrong = futex(&first, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &second, 5);
  rest = futex(&first, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
  long moved = futex(&second, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
  printf("requeue: %ld %ld %ld %ld, %ld\n", woken, wrong, rest, moved, results(threads, 4));

  requests[2].at = requests[3].at = &second;
  start(threads, 4, requests);
  woken = futex(&first, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &second, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0));
  unsigned value = second;
  rest = futex(&first, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &second, FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_LT, 5));
  long last = futex(&second, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
  printf("wake op: %ld %u %ld %u %ld, %ld\n", woken, value, rest, second, last, results(threads, 4));

  struct timespec soon = {.tv_nsec = 20000000}, past = {.tv_sec = 1}, bad = {.tv_nsec = -1};
  printf("times: %ld %ld %ld %ld\n", futex(&first, FUTEX_WAIT_PRIVATE, 0, &soon, 0, 0),
         futex(&first, FUTEX_WAIT_BITSET_PRIVATE, 0, &past, 0, -1),
         futex(&first, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 0, &past, 0, -1),
         futex(&first, FUTEX_WAIT_PRIVATE, 0, &bad, 0, 0));
  printf("errors: %ld %ld %ld %ld %ld\n", futex(&first, FUTEX_WAIT_PRIVATE, 1, 0, 0, 0),
         futex((unsigned *)((char *)&first + 1), FUTEX_WAIT_PRIVATE, 0, 0, 0, 0),
         futex(&first, FUTEX_WAIT_BITSET_PRIVATE, 0, 0, 0, 0), futex((unsigned *)64, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0),
         futex(&first, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0));
  unsigned *shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  printf("shared: %ld %ld\n", futex(shared, FUTEX_WAIT, 0, &soon, 0, 0), futex(shared, FUTEX_WAKE, 1, 0, 0, 0));
  return 0;
}

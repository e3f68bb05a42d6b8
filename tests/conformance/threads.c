/* Threads of pthreads(7): creation, locks, conditions, barriers, storage, cancellation, robust mutexes, many of them. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long counter;
static int turn;
static __thread int own = 7;
static pthread_key_t key;
static pthread_barrier_t barrier;
static int destroyed, cleaned;

static void *count(void *argument) {
  for (int i = 0; i < 500; i++) {
    pthread_mutex_lock(&lock);
    counter++;
    pthread_mutex_unlock(&lock);
  }
  return argument;
}

static void many(void) {
  pthread_t threads[64];
  long sum = 0;
  for (long i = 0; i < 64; i++) pthread_create(&threads[i], 0, count, (void *)i);
  for (int i = 0; i < 64; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("many: %ld %ld\n", counter, sum);
}

static void *spin(void *argument) {
  for (int i = 0; i < 300000; i++) __atomic_add_fetch((long *)argument, 1, __ATOMIC_SEQ_CST);
  return 0;
}

static void atomics(void) {
  long value = 0;
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, spin, &value);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
  printf("atomics: %ld\n", value);
}

static void *pingpong(void *argument) {
  int me = (int)(long)argument;
  for (int i = 0; i < 20; i++) {
    pthread_mutex_lock(&lock);
    while (turn != me) pthread_cond_wait(&changed, &lock);
    turn = (me + 1) % 3;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
  }
  return 0;
}

static void conditions(void) {
  pthread_t threads[3];
  for (long i = 0; i < 3; i++) pthread_create(&threads[i], 0, pingpong, (void *)i);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 30000000;
  if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
  pthread_mutex_lock(&lock);
  int timed = pthread_cond_timedwait(&changed, &lock, &until);
  pthread_mutex_unlock(&lock);
  pthread_mutex_lock(&lock);
  int locked = pthread_mutex_timedlock(&lock, &until);
  pthread_mutex_unlock(&lock);
  printf("conditions: turn %d, %s, %s\n", turn, strerror(timed), strerror(locked));
}

static void *meet(void *argument) {
  int serial = 0;
  for (int i = 0; i < 3; i++) serial += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
  return (void *)(long)serial;
}

static void barriers(void) {
  pthread_t threads[5];
  long serial = 0;
  pthread_barrier_init(&barrier, 0, 5);
  for (int i = 0; i < 5; i++) pthread_create(&threads[i], 0, meet, 0);
  for (int i = 0; i < 5; i++) {
    void *result;
    pthread_join(threads[i], &result);
    serial += (long)result;
  }
  printf("barriers: %ld\n", serial);
}

static void destroy(void *value) { destroyed += (int)(long)value; }

static void *store(void *argument) {
  own += (int)(long)argument;
  pthread_setspecific(key, argument);
  sched_yield();
  return (void *)(long)own;
}

static void storage(void) {
  pthread_t threads[4];
  long sum = 0;
  pthread_key_create(&key, destroy);
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, store, (void *)(i + 1));
  for (int i = 0; i < 4; i++) {
    void *result;
    pthread_join(threads[i], &result);
    sum += (long)result;
  }
  printf("storage: %ld %d %d\n", sum, destroyed, own);
}

static void cleanup(void *argument) { cleaned += *(int *)argument; }

static void *sleeper(void *argument) {
  int value = 5;
  pthread_cleanup_push(cleanup, &value);
  if (argument) pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, 0);
  for (;;) if (!argument) pause();
  pthread_cleanup_pop(0);
  return 0;
}

static void cancellation(void) {
  void *result;
  pthread_t thread;
  int canceled = 0;
  for (long i = 0; i < 2; i++) {
    pthread_create(&thread, 0, sleeper, (void *)i);
    usleep(20000);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    canceled += result == PTHREAD_CANCELED;
  }
  printf("cancellation: %d %d\n", canceled, cleaned);
}

static pthread_mutex_t robust;
static void *die_holding(void *argument) {
  pthread_mutex_lock(&robust);
  return argument;
}
static void *wait_for_dead(void *argument) {
  return (void *)(long)pthread_mutex_lock(&robust);
}

static void robustness(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &attributes);
  pthread_t thread;
  pthread_create(&thread, 0, die_holding, 0);
  pthread_join(thread, 0);
  int first = pthread_mutex_lock(&robust);
  int made = pthread_mutex_consistent(&robust);
  int unlocked = pthread_mutex_unlock(&robust);
  pthread_mutex_init(&robust, &attributes);
  pthread_mutex_lock(&robust);
  void *result;
  pthread_create(&thread, 0, wait_for_dead, 0);
  usleep(20000);
  pthread_mutex_unlock(&robust);
  pthread_join(thread, &result);
  int again = pthread_mutex_lock(&robust);
  printf("robustness: %s, %d %d, %ld, %s\n", strerror(first), made, unlocked, (long)result, strerror(again));
}

static sem_t semaphore;
static void *post(void *argument) {
  usleep(10000);
  sem_post(&semaphore);
  return 0;
}

static void semaphores(void) {
  pthread_t thread;
  sem_init(&semaphore, 0, 0);
  pthread_create(&thread, 0, post, 0);
  int waited = sem_wait(&semaphore);
  int empty = sem_trywait(&semaphore) == -1 && errno == EAGAIN;
  pthread_detach(thread);
  printf("semaphores: %d %d\n", waited, empty);
}

static void *name(void *argument) {
  char text[16] = "", path[64], line[32] = "";
  pthread_setname_np(pthread_self(), "other");
  pthread_getname_np(pthread_self(), text, sizeof text);
  sprintf(path, "/proc/self/task/%d/comm", (int)syscall(SYS_gettid));
  FILE *file = fopen(path, "r");
  if (file) fgets(line, sizeof line, file);
  printf("name: %s %s%d\n", text, line, syscall(SYS_gettid) != getpid());
  return 0;
}

static pthread_t parent;
static void *outlive(void *argument) {
  pthread_join(parent, 0);
  printf("the first thread is gone, tid is another: %d\n", syscall(SYS_gettid) != getpid());
  exit(4);
}

int main(void) {
  many();
  atomics();
  conditions();
  barriers();
  storage();
  cancellation();
  robustness();
  semaphores();
  pthread_t thread;
  pthread_create(&thread, 0, name, 0);
  pthread_join(thread, 0);
  fflush(stdout);
  parent = pthread_self();
  pthread_create(&thread, 0, outlive, 0);
  pthread_exit(0);
}

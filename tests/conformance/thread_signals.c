/* Signals and threads: to one thread, to the process, blocked in some, waited for in another; faults in a thread. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile pthread_t handled_in;
static volatile int handled;
static sem_t ready;

static void handler(int signal) {
  handled_in = pthread_self();
  handled += signal;
}

static void *wait_in_pause(void *argument) {
  sem_post(&ready);
  errno = 0;
  pause();
  return (void *)(long)errno;
}

static void *wait_in_read(void *argument) {
  char byte;
  sem_post(&ready);
  long count = read(*(int *)argument, &byte, 1);
  return (void *)(count == 1 ? (long)byte : -(long)errno);
}

static void *wait_for_signal(void *argument) {
  int signal = 0;
  sem_post(&ready);
  sigwait(argument, &signal);
  return (void *)(long)signal;
}

static sigjmp_buf back;
static void fault_handler(int signal) { siglongjmp(back, signal); }
static void *fault(void *argument) {
  int signal = sigsetjmp(back, 1);
  if (signal == 0) *(volatile int *)argument = 1;
  return (void *)(long)signal;
}

static void *mask_of(void *argument) {
  sigset_t set;
  stack_t stack;
  pthread_sigmask(SIG_BLOCK, 0, &set);
  sigaltstack(0, &stack);
  return (void *)(long)(sigismember(&set, SIGUSR2) * 2 + (stack.ss_flags == SS_DISABLE));
}

int main(void) {
  pthread_t thread;
  void *result;
  struct sigaction action = {.sa_handler = handler};
  sem_init(&ready, 0, 0);
  sigaction(SIGUSR1, &action, 0);
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR2, &action, 0);

  pthread_create(&thread, 0, wait_in_pause, 0);
  sem_wait(&ready);
  usleep(20000);
  pthread_kill(thread, SIGUSR1);
  pthread_join(thread, &result);
  printf("to a thread: %d, in it %d, %s\n", handled, handled_in == thread, strerror((int)(long)result));

  int ends[2];
  pipe(ends);
  pthread_create(&thread, 0, wait_in_read, &ends[0]);
  sem_wait(&ready);
  usleep(20000);
  pthread_kill(thread, SIGUSR2);
  usleep(20000);
  write(ends[1], "x", 1);
  pthread_join(thread, &result);
  printf("restarted: %d, in it %d, %ld\n", handled, handled_in == thread, (long)result);
  pthread_create(&thread, 0, wait_in_read, &ends[0]);
  sem_wait(&ready);
  usleep(20000);
  pthread_kill(thread, SIGUSR1);
  pthread_join(thread, &result);
  printf("interrupted: %s\n", strerror(-(int)(long)result));

  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_create(&thread, 0, wait_in_pause, 0);
  sem_wait(&ready);
  usleep(20000);
  pthread_sigmask(SIG_BLOCK, &set, 0);
  kill(getpid(), SIGUSR1);
  pthread_join(thread, &result);
  printf("to the process, blocked here: in the other %d\n", handled_in == thread);
  pthread_create(&thread, 0, wait_for_signal, &set);
  sem_wait(&ready);
  usleep(20000);
  kill(getpid(), SIGUSR1);
  pthread_join(thread, &result);
  printf("waited for: %ld, handled before only: %d\n", (long)result, handled);
  pthread_sigmask(SIG_UNBLOCK, &set, 0);

  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  pthread_sigmask(SIG_BLOCK, &set, 0);
  pthread_create(&thread, 0, mask_of, 0);
  pthread_join(thread, &result);
  printf("inherited: %ld\n", (long)result);
  pthread_sigmask(SIG_UNBLOCK, &set, 0);

  action.sa_handler = fault_handler;
  sigaction(SIGSEGV, &action, 0);
  pthread_create(&thread, 0, fault, (void *)16);
  pthread_join(thread, &result);
  printf("fault: %ld\n", (long)result);

  printf("no such thread: %ld %d\n", syscall(SYS_tgkill, getpid(), 1, 0), errno == ESRCH);
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  event._sigev_un._tid = (int)syscall(SYS_gettid);
  timer_t timer;
  handled = 0;
  timer_create(CLOCK_MONOTONIC, &event, &timer);
  struct itimerspec soon = {.it_value = {.tv_nsec = 20000000}};
  timer_settime(timer, 0, &soon, 0);
  pause();
  printf("timer: %d, here %d\n", handled, handled_in == pthread_self());
  fflush(stdout);

  action.sa_handler = SIG_DFL;
  sigaction(SIGSEGV, &action, 0);
  pthread_create(&thread, 0, fault, (void *)16);
  pause();
}

/* Calls that wait, and signals that interrupt them. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Timers ring again and again: one signal may come before the call that it is to interrupt. */
static volatile int handled, wake = -1;

static void handler(int signal) {
  (void)signal;
  handled++;
  if (wake >= 0 && handled == 2) (void)!write(wake, "x", 1);
}

static void every(int milliseconds, int again) {
  struct itimerval timer = {{0, again * 1000}, {0, milliseconds * 1000}};
  setitimer(ITIMER_REAL, &timer, 0);
}

static void set(int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  sigaction(SIGALRM, &action, 0);
}

static void result(const char *name, long value) {
  printf("%s: %ld %s, handled %d\n", name, value, value < 0 ? strerror(errno) : "", handled > 0);
  every(0, 0);
  handled = 0;
}

static long elapsed(struct timespec since) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (now.tv_sec - since.tv_sec) * 1000 + (now.tv_nsec - since.tv_nsec) / 1000000;
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  int ends[2];
  char byte;
  if (pipe(ends) != 0) return 1;
  set(0);
  every(20, 20);
  result("pause", pause());
  every(20, 20);
  result("read", read(ends[0], &byte, 1));
  set(SA_RESTART);
  wake = ends[1];
  every(20, 20);
  result("read again", read(ends[0], &byte, 1));
  wake = -1;
  struct timespec long_time = {5, 0}, left = {0, 0}, start;
  every(20, 20);
  result("nanosleep", nanosleep(&long_time, &left));
  printf("most of it is left: %d\n", left.tv_sec == 4 && left.tv_nsec > 500000000);
  every(20, 20);
  clock_gettime(CLOCK_MONOTONIC, &start);
  struct timespec until = {start.tv_sec + 5, start.tv_nsec};
  errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0);
  result("absolute sleep", errno ? -1 : 0);
  every(20, 20);
  result("poll", poll(0, 0, 5000));
  every(20, 20);
  fd_set set_;
  FD_ZERO(&set_);
  FD_SET(ends[0], &set_);
  result("select", select(ends[0] + 1, &set_, 0, 0, 0));
  sigset_t blocked, none;
  sigemptyset(&none);
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGALRM);
  sigprocmask(SIG_BLOCK, &blocked, 0);
  every(20, 20);
  struct timespec brief = {0, 50000000};
  result("blocked sleep", nanosleep(&brief, 0));
  result("ppoll lets it in", ppoll(0, 0, &long_time, &none));
  sigset_t after;
  sigprocmask(SIG_SETMASK, &none, &after);
  printf("blocked again: %d\n", sigismember(&after, SIGALRM));
  signal(SIGALRM, SIG_IGN);
  every(5, 5);
  clock_gettime(CLOCK_MONOTONIC, &start);
  result("ignored", nanosleep(&brief, 0));
  printf("slept: %d\n", elapsed(start) >= 50);
  every(0, 0);
  set(0);
  alarm(100);
  printf("alarm had %u left\n", alarm(0));
  struct itimerval timer = {{0, 2000}, {0, 2000}}, now;
  setitimer(ITIMER_VIRTUAL, &timer, 0);
  getitimer(ITIMER_VIRTUAL, &now);
  printf("virtual timer runs: %d\n", now.it_interval.tv_usec == 2000 && now.it_value.tv_usec > 0);
  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGVTALRM, &action, 0);
  while (handled < 2) {
  }
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_VIRTUAL, &timer, &now);
  printf("virtual timer rang\n");
  handled = 0;
  timer_t id;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM, .sigev_value = {.sival_int = 7}};
  struct itimerspec spec = {{0, 0}, {0, 5000000}};
  sigprocmask(SIG_BLOCK, &blocked, 0);
  printf("timer %d", timer_create(CLOCK_MONOTONIC, &event, &id));
  printf(" set %d\n", timer_settime(id, 0, &spec, 0));
  siginfo_t info;
  int taken = sigwaitinfo(&blocked, &info);
  printf("timer rang: %d code %d value %d overrun %d\n", taken == SIGALRM, info.si_code, info.si_value.sival_int,
         timer_getoverrun(id));
  clock_gettime(CLOCK_MONOTONIC, &start);
  spec.it_value = (struct timespec){start.tv_sec, start.tv_nsec};
  printf("absolute timer %d\n", timer_settime(id, TIMER_ABSTIME, &spec, 0));
  printf("rang at once: %d\n", sigwaitinfo(&blocked, &info) == SIGALRM);
  printf("deleted %d", timer_delete(id));
  printf(", again %d\n", timer_delete(id));
  return 0;
}

// Prints what poll, select and epoll say, with results and errno. Nothing here depends on time beyond a few milliseconds.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r = (long)(call); printf("%s = %ld %s\n", #call, r < 0 ? -1 : r, r < 0 ? strerrorname_np(errno) : ""); } while (0)

static void handler(int signal) { printf("signal %d\n", signal); }

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  int p[2], q[2];
  char buffer[100];
  pipe(p), pipe(q);
  struct pollfd fds[4] = {{p[0], POLLIN, 7}, {p[1], POLLOUT, 7}, {-1, POLLIN, 7}, {77, POLLIN, 7}};
  SHOW(poll(fds, 4, 0));
  printf("%d %d %d %d\n", fds[0].revents, fds[1].revents, fds[2].revents, fds[3].revents);
  SHOW(poll(fds, 1, 10));
  SHOW(poll(0, 0, 5));
  SHOW(poll((void *)8, 1, 0));
  SHOW(poll(fds, 10000000, 0));
  write(p[1], "x", 1);
  SHOW(poll(fds, 1, -1));
  printf("%d\n", fds[0].revents);
  struct timespec second = {1, 0}, bad = {0, 2000000000}, moment = {0, 1000000};
  SHOW(ppoll(fds, 1, &second, 0));
  SHOW(ppoll(fds, 1, &bad, 0));
  read(p[0], buffer, 1);
  SHOW(ppoll(fds, 1, &moment, 0));
  close(p[1]);
  SHOW(poll(fds, 1, -1));
  printf("%d\n", fds[0].revents);
  struct pollfd file = {open("/etc/passwd", O_RDONLY), POLLIN | POLLOUT};
  SHOW(poll(&file, 1, -1));
  printf("%d\n", file.revents);

  fd_set in, out, except;
  FD_ZERO(&in);
  FD_ZERO(&out);
  FD_ZERO(&except);
  FD_SET(q[0], &in);
  FD_SET(q[1], &out);
  FD_SET(p[0], &in);
  SHOW(select(q[1] + 1, &in, &out, &except, 0));
  printf("%d %d %d\n", FD_ISSET(q[0], &in), FD_ISSET(p[0], &in), FD_ISSET(q[1], &out));
  struct timeval brief = {0, 2000}, negative = {-1, 0};
  FD_ZERO(&in);
  FD_SET(q[0], &in);
  SHOW(select(q[0] + 1, &in, 0, 0, &brief));
  printf("%d %ld %ld\n", FD_ISSET(q[0], &in), brief.tv_sec, brief.tv_usec);
  FD_SET(50, &in);
  SHOW(select(51, &in, 0, 0, &brief));
  SHOW(select(-1, &in, 0, 0, 0));
  FD_CLR(50, &in);
  SHOW(select(1, &in, 0, 0, &negative));
  SHOW(select(0, 0, 0, 0, &brief));
  SHOW(select(q[0] + 1, (void *)8, 0, 0, &brief));
  FD_ZERO(&in);
  FD_SET(q[0], &in);
  SHOW(pselect(q[0] + 1, &in, 0, 0, &moment, 0));
  printf("%d\n", FD_ISSET(q[0], &in));

  struct epoll_event event = {EPOLLIN, {.u64 = 0x1122334455667788}}, found[4];
  int e = epoll_create1(EPOLL_CLOEXEC);
  SHOW(fcntl(e, F_GETFD));
  SHOW(epoll_ctl(e, EPOLL_CTL_ADD, q[0], &event));
  SHOW(epoll_ctl(e, EPOLL_CTL_ADD, q[0], &event));
  SHOW(epoll_ctl(e, EPOLL_CTL_MOD, q[1], &event));
  SHOW(epoll_ctl(e, EPOLL_CTL_ADD, 77, &event));
  SHOW(epoll_ctl(77, EPOLL_CTL_ADD, q[0], &event));
  SHOW(epoll_ctl(e, EPOLL_CTL_ADD, e, &event));
  SHOW(epoll_ctl(e, EPOLL_CTL_ADD, file.fd, &event));
  SHOW(epoll_ctl(e, 9, q[1], &event));
  SHOW(epoll_wait(e, found, 4, 5));
  SHOW(epoll_wait(e, found, 0, 0));
  SHOW(epoll_wait(q[0], found, 4, 0));
  write(q[1], "yy", 2);
  SHOW(epoll_wait(e, found, 4, -1));
  printf("%x %llx\n", found[0].events, (unsigned long long)found[0].data.u64);
  SHOW(epoll_wait(e, (void *)8, 4, 0));
  SHOW(epoll_ctl(e, EPOLL_CTL_DEL, q[0], 0));
  SHOW(epoll_ctl(e, EPOLL_CTL_DEL, q[0], 0));
  SHOW(epoll_wait(e, found, 4, 0));

  // Interrupted by a timer's signal; a mask that is in force only while waiting.
  signal(SIGALRM, handler), siginterrupt(SIGALRM, 1);
  struct itimerval soon = {{0, 0}, {0, 20000}};
  read(q[0], buffer, 2);
  setitimer(ITIMER_REAL, &soon, 0);
  SHOW(poll(&(struct pollfd){q[0], POLLIN}, 1, 5000));
  setitimer(ITIMER_REAL, &soon, 0);
  SHOW(read(q[0], buffer, 1));
  setitimer(ITIMER_REAL, &soon, 0);
  SHOW(epoll_wait(e, found, 4, -1));
  sigset_t block, none;
  sigemptyset(&none), sigemptyset(&block), sigaddset(&block, SIGALRM), sigprocmask(SIG_BLOCK, &block, 0);
  raise(SIGALRM);
  SHOW(poll(0, 0, 1));
  SHOW(ppoll(0, 0, &second, &none));
  SHOW(ppoll(0, 0, &moment, &none));
  raise(SIGALRM);
  SHOW(pselect(0, 0, 0, 0, &second, &none));
  raise(SIGALRM);
  SHOW(epoll_pwait(e, found, 4, 1000, &none));

  int t = timerfd_create(CLOCK_MONOTONIC, 0);
  struct itimerspec when = {{0, 0}, {0, 5000000}};
  unsigned long long ticks = 0;
  SHOW(timerfd_settime(t, 0, &when, 0));
  SHOW(read(t, &ticks, 8));
  printf("%llu\n", ticks);
  SHOW(timerfd_gettime(t, &when));
  printf("%ld\n", when.it_value.tv_nsec);
  int watch = inotify_init1(IN_NONBLOCK);
  SHOW(inotify_add_watch(watch, "/tmp/missing-for-sure", IN_CREATE));
  SHOW(inotify_add_watch(watch, "/tmp", IN_DELETE_SELF));
  SHOW(inotify_rm_watch(watch, 99));
  return 0;
}

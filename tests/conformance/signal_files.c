// Signals read from descriptors: signalfd(2), with read, poll, epoll, fork and what else may take the signals.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ready(int fd, int timeout) {
  struct pollfd p = {fd, POLLIN, 0};
  return poll(&p, 1, timeout) << 8 | p.revents;
}

static void show(const char *what, ssize_t got, const struct signalfd_siginfo *s) {
  printf("%s: %zd", what, got);
  if (got < 0) printf(" %s", strerror(errno));
  for (int i = 0; got > 0 && i < got / (int)sizeof *s; i++)
    printf(" [%u code %d errno %d own %d child %d uid %u int %d status %d]", s[i].ssi_signo, s[i].ssi_code, s[i].ssi_errno,
           s[i].ssi_pid == (unsigned)getpid(), s[i].ssi_pid != 0, s[i].ssi_uid, s[i].ssi_int, s[i].ssi_status);
  printf("\n");
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  sigset_t set, more;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGRTMIN + 3);
  sigprocmask(SIG_BLOCK, &set, NULL);
  struct signalfd_siginfo s[4];

  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  printf("flags %x %x\n", fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ACCMODE), fcntl(fd, F_GETFD));
  printf("not ready %x\n", ready(fd, 0));
  show("none", read(fd, s, sizeof s), s);
  raise(SIGUSR1);
  printf("ready %x\n", ready(fd, 0));
  show("too short", read(fd, s, 127), s);
  show("bad place", read(fd, (void *)8, 128), s);
  show("gone", read(fd, s, sizeof s), s);
  kill(getpid(), SIGUSR1);
  sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 41});
  sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 42});
  show("three", read(fd, s, sizeof s), s);
  printf("not ready %x\n", ready(fd, 0));
  show("write", write(fd, s, sizeof s), s);

  kill(getpid(), SIGUSR1);
  struct iovec parts[2] = {{s, 100}, {(char *)s + 100, 28}};
  show("in parts", readv(fd, parts, 2), s);

  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = 7};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  printf("epoll %d\n", epoll_wait(epoll, &event, 1, 0));
  raise(SIGUSR1);
  printf("epoll %d %u\n", epoll_wait(epoll, &event, 1, 0), event.data.u32);
  struct timespec none = {0};
  printf("taken by sigtimedwait %d\n", sigtimedwait(&set, NULL, &none));
  printf("epoll %d\n", epoll_wait(epoll, &event, 1, 0));

  fcntl(fd, F_SETFL, 0);
  pid_t child = fork();
  if (child == 0) {
    usleep(50000);
    _exit(9);
  }
  show("of a child, waited for", read(fd, s, sizeof s), s);
  waitpid(child, NULL, 0);

  child = fork();
  if (child == 0) {
    kill(getpid(), SIGUSR1);
    printf("in the child %x\n", ready(fd, 0));
    show("in the child", read(fd, s, sizeof s), s);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    show("in the child, none", read(fd, s, sizeof s), s);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  printf("after it %x\n", ready(fd, 0));
  show("its end", read(fd, s, sizeof s), s);

  sigemptyset(&more);
  sigaddset(&more, SIGUSR2);
  sigprocmask(SIG_BLOCK, &more, NULL);
  raise(SIGUSR2);
  printf("other set: %d\n", signalfd(fd, &more, 0) == fd);
  show("other set", read(fd, s, sizeof s), s);
  show("no signalfd", signalfd(0, &more, 0), s);
  show("not open", signalfd(99, &more, 0), s);
  show("flags", signalfd(-1, &more, 1), s);
  show("size", syscall(SYS_signalfd4, -1, &more, 4L, 0), s);
  char path[64] = {0}, name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  readlink(name, path, sizeof path - 1);
  printf("%s\n", path);

  // A file of /proc that is written: from where nothing is.
  int comm = open("/proc/self/comm", O_WRONLY);
  void *nothing = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  show("comm from nowhere", write(comm, nothing, 5), s);
  show("comm from nowhere", write(comm, (void *)8, 5), s);
  return 0;
}

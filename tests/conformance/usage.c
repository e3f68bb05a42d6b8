// CPU time of threads and children, and nice values, as far as they are the same in every run.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double clock_of(clockid_t id) {
  struct timespec t = {0};
  if (clock_gettime(id, &t) != 0) return -1;
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double sum(const struct rusage *r) {
  return r->ru_utime.tv_sec + r->ru_stime.tv_sec + (r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double usage(int who) {
  struct rusage r;
  return getrusage(who, &r) == 0 ? sum(&r) : -1;
}

static void spend(double seconds) {
  double start = clock_of(CLOCK_THREAD_CPUTIME_ID);
  while (clock_of(CLOCK_THREAD_CPUTIME_ID) - start < seconds) {
  }
}

static void *other(void *unused) {
  double before = usage(RUSAGE_THREAD);
  spend(0.2);
  printf("thread: new %d, spent %d\n", before < 0.1, usage(RUSAGE_THREAD) >= 0.15);
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 2);
  return NULL;
}

static void got(int signal) { write(1, "got it\n", 7); }

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  spend(0.05);
  double main_before = clock_of(CLOCK_THREAD_CPUTIME_ID);
  pthread_t thread;
  int base = getpriority(PRIO_PROCESS, 0);
  pthread_create(&thread, NULL, other, NULL);
  pthread_join(thread, NULL);
  printf("main thread spent little %d, process all %d\n", clock_of(CLOCK_THREAD_CPUTIME_ID) - main_before < 0.1,
         clock_of(CLOCK_PROCESS_CPUTIME_ID) >= 0.25);
  printf("nice of the thread was its own %d\n", getpriority(PRIO_PROCESS, 0) == base);

  printf("children before: %g\n", usage(RUSAGE_CHILDREN));
  pid_t child = fork();
  if (child == 0) {
    int own = clock_of(CLOCK_PROCESS_CPUTIME_ID) < 0.1;
    if (fork() == 0) {
      spend(0.2);
      _exit(0);
    }
    wait(NULL);
    spend(0.1);
    _exit(own);
  }
  struct rusage r;
  int status;
  siginfo_t info;
  waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  printf("not waited for yet: %g\n", usage(RUSAGE_CHILDREN));
  clockid_t of_child;
  printf("clock of a child: %d\n", clock_getcpuclockid(child, &of_child));
  wait4(child, &status, 0, &r);
  printf("child: %d, used %d\n", WEXITSTATUS(status), sum(&r) >= 0.25 && sum(&r) < 2);
  printf("children: %d\n", usage(RUSAGE_CHILDREN) >= 0.25 && usage(RUSAGE_CHILDREN) < 2);
  struct tms t;
  times(&t);
  printf("times: %d %d\n", t.tms_utime + t.tms_stime >= 20, t.tms_cutime + t.tms_cstime >= 25);

  printf("nice(3): %d\n", nice(3) - base);
  printf("child's nice: %d\n", ({ pid_t p = fork(); if (p == 0) _exit(getpriority(PRIO_PROCESS, 0) - base + 20); waitpid(p, &status, 0); WEXITSTATUS(status); }));
  printf("too nice: %d %d\n", setpriority(PRIO_PROCESS, 0, 100), getpriority(PRIO_PROCESS, getpid()));
  printf("group: %d %d\n", setpriority(PRIO_PGRP, getpgrp(), 19), getpriority(PRIO_PROCESS, 0));
  errno = 0;
  int missing = getpriority(PRIO_PROCESS, 0x3fffff);
  printf("nobody: %d %s\n", missing, strerror(errno));
  errno = 0;
  missing = getpriority(7, 0);
  printf("no such kind: %d %s\n", missing, strerror(errno));
  printf("usage of whom: %ld %s\n", syscall(SYS_getrusage, 5, &r), strerror(errno));

  char path[32], line[1024];
  snprintf(path, sizeof path, "/proc/%d", getpid());
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  signal(SIGUSR1, got);
  printf("signal by directory: %ld\n", syscall(SYS_pidfd_send_signal, directory, SIGUSR1, NULL, 0));
  int stat = open("/proc/self/stat", O_RDONLY);
  ssize_t length = read(stat, line, sizeof line - 1);
  line[length > 0 ? length : 0] = 0;
  long user, system, priority, niceness;
  sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %*d %*d %ld %ld", &user, &system,
         &priority, &niceness);
  printf("stat: %d %ld %ld\n", user + system >= 20, priority, niceness);
  return 0;
}

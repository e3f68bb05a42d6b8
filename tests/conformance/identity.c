/* Identity, settings of the process, limits, scheduling and the system: what is told, what can be set, what is refused.
 * It prints relations and errors, never values that differ from one machine or run to the next. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void result(const char *name, long value) {
  if (value == -1) printf("%s: %s\n", name, strerrorname_np(errno));
  else printf("%s: %ld\n", name, value);
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  printf("thread is process %d, parent is another %d\n", getpid() == gettid(), getppid() != getpid());
  printf("group and session %d %d\n", getpgrp() == getpgid(0), getpgid(getpid()) == getpgrp());
  uid_t real, effective, saved;
  printf("ids %d", getresuid(&real, &effective, &saved));
  printf(" %d %d\n", real == getuid(), effective == geteuid());
  printf("bad place %d\n", (int)syscall(SYS_getresuid, 1, 1, 1));
  gid_t groups[65536];
  int count = getgroups(0, 0);
  printf("groups %d\n", count == getgroups(65536, groups));
  result("too few groups", count > 0 ? getgroups(-1, groups) : (errno = EINVAL, -1));
  result("setuid to the same", setuid(getuid()));
  result("setresuid to the same", setresuid(-1, geteuid(), -1));
  result("setuid of -1", setuid(-1));
  if (geteuid() == 0) {
    result("as another", setresuid(1000, 1000, 0));
    printf("now %d %d\n", getuid(), geteuid());
    result("as a third", setuid(2000));
    result("back", setresuid(0, 0, 0));
    printf("now %d %d\n", getuid(), geteuid());
  } else {
    puts("as another: 0\nnow 1000 1000\nas a third: EPERM\nback: 0\nnow 0 0");
  }
  result("group of nobody", setpgid(0, -1));
  result("setpgid of another", setpgid(1, 1));
  result("wait", waitpid(-1, 0, 0));
  result("wait with unknown options", waitpid(-1, 0, 0x100));
  result("kill nothing", kill(0x3fffffff, 0));
  result("kill self with nothing", kill(getpid(), 0));
  result("kill with too much", kill(getpid(), 65));
  result("tgkill of no thread", syscall(SYS_tgkill, getpid(), 0, SIGTERM));
  result("tgkill of a wrong thread", syscall(SYS_tgkill, getpid(), 0x3fffffff, SIGTERM));

  char name[17] = {0};
  prctl(PR_SET_NAME, "a name that is too long");
  prctl(PR_GET_NAME, name);
  printf("name %s\n", name);
  result("name from nowhere", prctl(PR_SET_NAME, 1));
  prctl(PR_SET_DUMPABLE, 1);
  result("dumpable", prctl(PR_GET_DUMPABLE));
  result("not dumpable", prctl(PR_SET_DUMPABLE, 0));
  result("dumpable", prctl(PR_GET_DUMPABLE));
  result("dumpable by a wrong value", prctl(PR_SET_DUMPABLE, 7));
  result("death signal", prctl(PR_SET_PDEATHSIG, 99));
  result("no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  result("unknown operation", prctl(12345));
  result("personality", personality(0xffffffff));
  unsigned long base;
  result("fs", syscall(SYS_arch_prctl, 0x1003, &base));
  printf("fs is the thread %d\n", base == (unsigned long)pthread_self());
  result("fs in the kernel", syscall(SYS_arch_prctl, 0x1002, -4096L));
  result("unknown arch_prctl", syscall(SYS_arch_prctl, 0x99));

  struct rlimit limit = {0}, again = {0};
  result("limit", getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 20;
  result("lower", setrlimit(RLIMIT_NOFILE, &limit));
  getrlimit(RLIMIT_NOFILE, &again);
  printf("now %d %d\n", (int)again.rlim_cur, again.rlim_max == limit.rlim_max);
  while (dup(1) >= 0) {
  }
  printf("no more files: %s\n", strerrorname_np(errno));
  again.rlim_cur = again.rlim_max + 1;
  if (again.rlim_max != RLIM_INFINITY) result("above the hard one", setrlimit(RLIMIT_NOFILE, &again));
  else puts("above the hard one: EINVAL");
  result("unknown limit", getrlimit(99, &limit));
  result("limit to nowhere", syscall(SYS_prlimit64, 0, RLIMIT_STACK, 0, 1));
  struct rusage usage;
  result("usage", getrusage(RUSAGE_SELF, &usage));
  result("usage of what", getrusage(77, &usage));
  struct tms ticks;
  printf("times %d\n", times(&ticks) != -1 && ticks.tms_cutime == 0);

  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  printf("affinity %d\n", sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) >= 1);
  result("affinity to too little", syscall(SYS_sched_getaffinity, 0, 1, &cpus));
  CPU_ZERO(&cpus);
  result("no cpu", sched_setaffinity(0, sizeof cpus, &cpus));
  result("scheduler", sched_getscheduler(0));
  result("highest", sched_get_priority_max(SCHED_FIFO));
  result("lowest", sched_get_priority_min(SCHED_RR));
  result("unknown policy", sched_get_priority_max(99));
  struct sched_param parameter = {5};
  result("parameter", sched_getparam(0, &parameter));
  printf("priority %d\n", parameter.sched_priority);
  parameter.sched_priority = 5;
  result("priority for nobody", sched_setparam(0, &parameter));
  result("priority", getpriority(PRIO_PROCESS, 0));
  result("yield", sched_yield());
  unsigned cpu, node;
  result("cpu", getcpu(&cpu, &node));

  struct utsname names;
  printf("system %d %s %s\n", uname(&names), names.sysname, names.machine);
  struct sysinfo info;
  printf("memory %d %d\n", sysinfo(&info), info.totalram > 0 && info.uptime > 0);
  unsigned char random[32] = {0};
  int different = 0;
  result("random", getrandom(random, sizeof random, 0));
  for (int i = 1; i < 32; i++) different |= random[i] != random[0];
  printf("random bytes %d\n", different);
  result("random with unknown flags", getrandom(random, 1, 64));
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  result("capabilities", syscall(SYS_capget, &header, data));
  header.version = 1;
  result("capabilities of an unknown version", syscall(SYS_capget, &header, data));
  printf("version told %x\n", header.version);
  return 300;
}

/* Processes: fork(2), vfork(2), execve(2), wait4(2), waitid(2), signals between them, groups, sessions, orphans. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *self;
static int value = 1;
static volatile sig_atomic_t children, last_code, last_status;

static void on_child(int signal, siginfo_t *info, void *context) {
  children++;
  last_code = info->si_code;
  last_status = info->si_status;
}

static void show(const char *what, int status) {
  if (WIFEXITED(status)) printf("%s: exited %d\n", what, WEXITSTATUS(status));
  else printf("%s: signal %d\n", what, WTERMSIG(status));
  fflush(stdout);
}

static int reap(pid_t pid) {
  int status = -1;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
  return status;
}

static void forks(void) {
  int status;
  char *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *own = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *none = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  strcpy(none, "hidden");
  mprotect(none, 4096, PROT_NONE);
  own[0] = 'p';
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    int ok = value == 1 && own[0] == 'p' && getppid() == parent && getpid() != parent;
    mprotect(none, 4096, PROT_READ);
    ok = ok && strcmp(none, "hidden") == 0;
    value = 2;
    own[0] = 'c';
    page[0] = 's';
    _exit(ok ? 33 : 1);
  }
  show("fork", reap(pid));
  printf("own %d %c, shared %c\n", value, own[0], page[0]);
  pid = vfork();
  if (pid == 0) {
    value = 5;
    _exit(4);
  }
  show("vfork", reap(pid));
  printf("vfork shares: %d\n", value);
  fflush(stdout);
  pid = fork();
  if (pid == 0) abort();
  show("abort", reap(pid));
  pid = fork();
  if (pid == 0) *(volatile int *)8 = 1;
  show("fault", reap(pid));
  pid = fork();
  if (pid == 0) for (;;) pause();
  printf("nohang: %d\n", waitpid(pid, &status, WNOHANG));
  kill(pid, SIGTERM);
  show("kill", reap(pid));
  printf("none left: %d %d\n", wait(&status), errno == ECHILD);
  printf("not a child: %d %d\n", waitpid(getpid(), &status, 0), errno == ECHILD);
  fflush(stdout);
}

static void executes(void) {
  int status;
  char *const arguments[] = {"name", "child", "two words", 0};
  char *const environment[] = {"VARIABLE=value", 0};
  int kept = open("/dev/null", O_RDONLY), closed = open("/dev/null", O_RDONLY | O_CLOEXEC);
  printf("descriptors %d %d\n", kept, closed);
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, exit);
    execve(self, arguments, environment);
    _exit(99);
  }
  show("execve", reap(pid));
  pid = fork();
  if (pid == 0) {
    execve("/nonexistent", arguments, environment);
    int first = errno;
    execve("/", arguments, environment);
    int second = errno;
    execve("/etc/passwd", arguments, environment);
    printf("errors: %s, %s, %s\n", strerror(first), strerror(second), strerror(errno));
    fflush(stdout);
    _exit(0);
  }
  show("errors", reap(pid));
  char script[] = "/tmp/ceratops-script-XXXXXX";
  int fd = mkstemp(script);
  dprintf(fd, "#!/bin/sh -e\necho script \"$1\" \"$#\"; exit 6\n");
  fchmod(fd, 0755);
  close(fd);
  int error = posix_spawn(&pid, script, 0, 0, arguments, environ);
  show("script", reap(pid));
  printf("spawned: %d\n", error);
  unlink(script);
  error = posix_spawn(&pid, "/nonexistent", 0, 0, arguments, environ);
  printf("not spawned: %s\n", strerror(error));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  error = posix_spawn(&pid, self, &actions, 0, arguments, environ);
  show("spawned, silent", reap(pid));
  error = system("echo system; exit 9");
  show("system", error);
  FILE *pipe = popen("echo popen; cat; echo end", "w");
  fputs("through the pipe\n", pipe);
  show("popen", pclose(pipe));
  fflush(stdout);
}

static void child_signals(void) {
  struct sigaction action = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGCHLD, &action, 0);
  pid_t pid = fork();
  if (pid == 0) _exit(12);
  int status = reap(pid);
  printf("SIGCHLD: %d, %d %d\n", children, last_code == CLD_EXITED, last_status);
  pid = fork();
  if (pid == 0) raise(SIGKILL);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int result;
  while ((result = waitid(P_PID, pid, &info, WEXITED | WNOWAIT)) < 0 && errno == EINTR);
  printf("waitid: %d, %d %d %d\n", result, info.si_code == CLD_KILLED, info.si_status, info.si_pid == pid);
  memset(&info, 0, sizeof info);
  printf("again: %d %d\n", waitid(P_ALL, 0, &info, WEXITED), info.si_pid == pid);
  printf("nothing: %d %d\n", waitid(P_ALL, 0, &info, WEXITED | WNOHANG), errno == ECHILD);
  signal(SIGCHLD, SIG_IGN);
  pid = fork();
  if (pid == 0) _exit(0);
  printf("ignored: %d %d\n", waitpid(pid, &status, 0), errno == ECHILD);
  signal(SIGCHLD, SIG_DFL);
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, &old);
  pid_t parent = getpid();
  pid = fork();
  if (pid == 0) {
    kill(parent, SIGUSR1);
    for (;;) pause();
  }
  sigwaitinfo(&set, &info);
  printf("from the child: %d\n", info.si_pid == pid);
  kill(pid, SIGUSR1);
  int blocked = waitpid(pid, &status, WNOHANG);
  kill(pid, SIGKILL);
  show("inherited mask", blocked == 0 ? reap(pid) : -1);
  sigprocmask(SIG_SETMASK, &old, 0);
}

static void groups(void) {
  int ends[2];
  pipe(ends);
  pid_t first = fork();
  if (first == 0) {
    setpgid(0, 0);
    write(ends[1], "x", 1);
    for (;;) pause();
  }
  char byte;
  read(ends[0], &byte, 1);
  pid_t second = fork();
  if (second == 0) for (;;) pause();
  printf("setpgid: %d, %d %d\n", setpgid(second, first), getpgid(second) == first, getpgid(first) == first);
  printf("errors: %d %d, %d %d\n", setpgid(second, 999999), errno == EPERM, setpgid(1, 0), errno == ESRCH);
  printf("killed group: %d\n", kill(-first, SIGTERM));
  int sum = 0;
  for (int i = 0; i < 2; i++) {
    int status;
    pid_t pid = waitpid(-first, &status, 0);
    sum += (pid == first) + 2 * (pid == second) + WTERMSIG(status);
  }
  printf("of the group: %d\n", sum);
  pid_t pid = fork();
  if (pid == 0) {
    pid_t session = setsid();
    _exit(session == getpid() && getsid(0) == session && getpgrp() == session && setsid() == -1 ? 0 : 1);
  }
  show("setsid", reap(pid));
}

static void stops(void) {
  int status;
  pid_t pid = fork();
  if (pid == 0) for (;;) pause();
  kill(pid, SIGSTOP);
  pid_t told = waitpid(pid, &status, WUNTRACED);
  printf("stopped: %d %d %d\n", told == pid, WIFSTOPPED(status), WSTOPSIG(status));
  kill(pid, SIGTERM);
  usleep(30000);
  printf("nothing yet: %d\n", waitpid(pid, &status, WNOHANG | WUNTRACED));
  signal(SIGCHLD, SIG_DFL);
  kill(pid, SIGCONT);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
  printf("then: %d %d\n", info.si_code == CLD_KILLED, info.si_status);
  show("continued", reap(pid));
  pid = fork();
  if (pid == 0) {
    raise(SIGTSTP); // not in an orphaned group
    raise(SIGSTOP);
    for (;;) pause();
  }
  memset(&info, 0, sizeof info);
  waitid(P_ALL, 0, &info, WSTOPPED);
  printf("by itself: %d %d %d\n", info.si_pid == pid, info.si_code == CLD_STOPPED, info.si_status);
  kill(pid, SIGCONT);
  told = waitpid(pid, &status, WCONTINUED);
  printf("went on: %d %d\n", told == pid, WIFCONTINUED(status));
  kill(pid, SIGSTOP);
  kill(pid, SIGKILL);
  show("killed", reap(pid));
}

static void orphans(void) {
  int ends[2];
  char text[32] = "";
  pipe(ends);
  pid_t pid = fork();
  if (pid == 0) {
    if (fork() == 0) {
      close(ends[0]);
      pid_t parent = getppid();
      while (getppid() == parent) usleep(1000);
      write(ends[1], "orphan", 6);
      _exit(0);
    }
    usleep(20000);
    _exit(0);
  }
  close(ends[1]);
  reap(pid);
  int count = read(ends[0], text, sizeof text);
  printf("orphan: %s, then %d\n", text, (int)read(ends[0], text, sizeof text));
  pipe(ends);
  pid = fork();
  if (pid == 0) {
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      write(ends[1], "x", 1);
      for (;;) pause();
    }
    char byte;
    read(ends[0], &byte, 1);
    _exit(0);
  }
  close(ends[1]);
  reap(pid);
  printf("death signal: %d\n", (int)read(ends[0], text, sizeof text));
}

static void shared_futex(void) {
  unsigned *word = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t pid = fork();
  if (pid == 0) {
    usleep(20000);
    *word = 1;
    _exit(syscall(SYS_futex, word, FUTEX_WAKE, 1, 0, 0, 0));
  }
  long waited = syscall(SYS_futex, word, FUTEX_WAIT, 0, 0, 0, 0);
  int status = reap(pid);
  printf("shared futex: %ld %d\n", waited, WEXITSTATUS(status));
}

static void broken_pipe(void) {
  int ends[2];
  pipe(ends);
  close(ends[0]);
  pid_t pid = fork();
  if (pid == 0) {
    write(ends[1], "x", 1);
    _exit(0);
  }
  show("SIGPIPE", reap(pid));
}

static void descriptors(void) {
  pid_t pid = fork();
  if (pid == 0) _exit(8);
  int fd = syscall(SYS_pidfd_open, pid, 0);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int result = waitid(3, fd, &info, WEXITED);
  printf("pidfd: %d, %d\n", result, info.si_status);
  close(fd);
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc > 1) {
    struct sigaction first, second;
    sigaction(SIGUSR1, 0, &first);
    sigaction(SIGUSR2, 0, &second);
    char comm[32] = "", path[256] = "";
    FILE *file = fopen("/proc/self/comm", "r");
    fgets(comm, sizeof comm, file);
    fclose(file);
    readlink("/proc/self/exe", path, sizeof path);
    printf("child: %s %s %d, %s, ignored %d, default %d, kept %d %d, %s", argv[0], argv[2], argc, getenv("VARIABLE") ? "set" : "unset",
           first.sa_handler == SIG_IGN, second.sa_handler == SIG_DFL, fcntl(3, F_GETFD), fcntl(4, F_GETFD) == -1,
           comm);
    printf("exe: %d\n", strcmp(strrchr(path, '/'), strrchr(comm, '\n') ? "/program" : "") == 0);
    return 21;
  }
  forks();
  executes();
  child_signals();
  groups();
  stops();
  orphans();
  shared_futex();
  broken_pipe();
  descriptors();
  fflush(stdout);
  char *const arguments[] = {self, "again", "last", 0};
  execv(self, arguments);
}

// POSIX locks between processes: fcntl(2), F_SETLK and its like, with what gives them up, and locks of open files.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *kind(int type) { return type == F_RDLCK ? "read" : type == F_WRLCK ? "write" : "none"; }

static int lock(int fd, int command, int type, int whence, long start, long length) {
  struct flock l = {.l_type = type, .l_whence = whence, .l_start = start, .l_len = length};
  int r = fcntl(fd, command, &l);
  return r == 0 ? 0 : errno;
}

static void ask(const char *what, int fd, int type, long start, long length) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length, .l_pid = 77};
  int r = fcntl(fd, F_GETLK, &l);
  printf("%s: %d %s", what, r, r == 0 ? kind(l.l_type) : strerror(errno));
  if (r == 0 && l.l_type != F_UNLCK)
    printf(" %ld+%ld parent's %d", (long)l.l_start, (long)l.l_len, l.l_pid == getppid());
  printf("\n");
}

// Has a child do something, and waits for it.
#define CHILD(...) do { fflush(stdout); pid_t p = fork(); if (p == 0) { __VA_ARGS__; fflush(stdout); _exit(0); } waitpid(p, NULL, 0); } while (0)

static void handler(int signal) {}

int main(int argc, char **argv) {
  char path[] = "/tmp/locks-XXXXXX";
  int fd = mkstemp(path);
  write(fd, "0123456789", 10);
  printf("set %d\n", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 2, 3));
  ask("own", fd, F_WRLCK, 0, 0);
  CHILD(ask("child's", fd, F_RDLCK, 0, 0); ask("before", fd, F_WRLCK, 0, 2); ask("after", fd, F_WRLCK, 5, 0);
        printf("refused %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 4, 1));
        printf("free %d\n", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 5, 1)));
  printf("child's is gone %d\n", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 5, 1));
  CHILD(ask("merged", fd, F_RDLCK, 0, 0));
  printf("downgrade %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 3, 1));
  CHILD(ask("split, for write", fd, F_WRLCK, 3, 1); ask("split, for read", fd, F_RDLCK, 3, 1); ask("split", fd, F_RDLCK, 0, 0);
        printf("shared %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 3, 1)));
  printf("from the end %d\n", lock(fd, F_SETLK, F_WRLCK, SEEK_END, -1, 100));
  lseek(fd, 6, SEEK_SET);
  printf("backwards %d\n", lock(fd, F_SETLK, F_UNLCK, SEEK_CUR, 0, -2));
  CHILD(ask("first", fd, F_WRLCK, 0, 0); ask("at 4", fd, F_WRLCK, 4, 2); ask("at the end", fd, F_WRLCK, 6, 0));
  printf("bad type %d\n", lock(fd, F_SETLK, 9, SEEK_SET, 0, 0));
  printf("bad whence %d\n", lock(fd, F_SETLK, F_RDLCK, 9, 0, 0));
  printf("bad start %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, -1, 0));
  printf("bad length %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 5, -6));
  printf("overflow %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 0x7fffffffffffffff, 2));
  printf("not open %d\n", lock(99, F_SETLK, F_RDLCK, SEEK_SET, 0, 0));
  int reader = open(path, O_RDONLY), writer = open(path, O_WRONLY);
  printf("write lock of a reader %d, read lock of a writer %d\n", lock(reader, F_SETLK, F_WRLCK, SEEK_SET, 90, 1),
         lock(writer, F_SETLK, F_RDLCK, SEEK_SET, 90, 1));
  printf("null %d\n", fcntl(fd, F_SETLK, 8) < 0 ? errno : 0);

  // Closing any descriptor of the file gives all up.
  lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 0);
  CHILD(close(reader); ask("still", fd, F_WRLCK, 0, 0));
  close(reader);
  CHILD(ask("closed", fd, F_WRLCK, 0, 0));

  // Locks of open files are inherited, and exclude those of processes.
  printf("open file's %d\n", lock(fd, F_OFD_SETLK, F_WRLCK, SEEK_SET, 0, 4));
  printf("in its way %d\n", lock(writer, F_SETLK, F_WRLCK, SEEK_SET, 1, 1));
  printf("unlock %d\n", lock(fd, F_OFD_SETLK, F_UNLCK, SEEK_SET, 0, 0));

  // Waiting.
  int ready[2];
  pipe(ready);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 0);
    write(ready[1], "r", 1);
    usleep(100000);
    write(fd, "child", 5);
    _exit(0);
  }
  char c;
  read(ready[0], &c, 1);
  printf("try %d\n", lock(fd, F_SETLK, F_WRLCK, SEEK_SET, 0, 0));
  printf("waited %d\n", lock(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 0));
  char text[6] = {0};
  pread(fd, text, 5, 6);
  printf("after the child wrote: %s\n", text);
  waitpid(child, NULL, 0);
  lock(fd, F_SETLK, F_UNLCK, SEEK_SET, 0, 0);

  struct sigaction action = {.sa_handler = handler};
  sigaction(SIGALRM, &action, NULL);
  fflush(stdout);
  child = fork();
  if (child == 0) {
    lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 0, 0);
    write(ready[1], "r", 1);
    pause();
  }
  read(ready[0], &c, 1);
  printf("read with it %d\n", lock(fd, F_SETLK, F_RDLCK, SEEK_SET, 0, 0));
  ualarm(50000, 0);
  printf("interrupted %d\n", lock(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 0));
  kill(child, SIGKILL);
  printf("after its end %d\n", lock(fd, F_SETLKW, F_WRLCK, SEEK_SET, 0, 0));
  waitpid(child, NULL, 0);
  unlink(path);
  return 0;
}

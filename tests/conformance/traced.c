// A few calls about files, for what --strace shows of them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void) {
  char buffer[64];
  int p[2];
  openat(AT_FDCWD, "/missing\ttab\xff" "1", O_RDWR | O_CREAT | O_EXCL | O_TRUNC | O_NOFOLLOW | O_DIRECTORY, 0640);
  openat(7, "", O_RDONLY | O_CLOEXEC);
  pipe2(p, O_CLOEXEC | O_NONBLOCK);
  write(p[1], "0123456789012345678901234567890123456789\n", 41);
  read(p[0], buffer, 64);
  read(p[0], buffer, 64);
  struct iovec parts[] = {{"a\n", 2}, {"\"b\\", 3}};
  writev(p[1], parts, 2);
  lseek(p[0], -1, SEEK_END);
  fcntl(p[0], F_DUPFD_CLOEXEC, 9);
  faccessat(AT_FDCWD, "/", R_OK | X_OK, 0);
  linkat(AT_FDCWD, "a", 5, "b", AT_SYMLINK_FOLLOW);
  write(99, buffer, 0);
  return 0;
}

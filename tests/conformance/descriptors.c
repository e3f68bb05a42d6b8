// Prints results and errno of calls about descriptors: duplicates, flags, locks, pipes, reading and writing.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <signal.h>
#include <unistd.h>

#define SHOW(call) do { errno = 0; long r = (long)(call); printf("%s = %ld %s\n", #call, r < 0 ? -1 : r, r < 0 ? strerrorname_np(errno) : ""); } while (0)

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  for (int fd = 3; fd < 1024; fd++) close(fd);
  char name[] = "/tmp/ceratops-descriptors-XXXXXX", buffer[70000];
  int f = mkstemp(name);
  unlink(name);
  SHOW(f);
  SHOW(write(f, "hello world\n", 12));
  SHOW(lseek(f, 0, SEEK_SET));
  SHOW(lseek(f, -1, SEEK_SET));
  SHOW(lseek(f, 0, 9));
  SHOW(lseek(f, 5, SEEK_END));
  SHOW(lseek(f, 1L << 40, SEEK_SET));
  SHOW(lseek(77, 0, SEEK_SET));
  SHOW(lseek(f, 6, SEEK_SET));
  SHOW(read(f, buffer, 100));
  SHOW(read(f, buffer, 100));
  SHOW(pread(f, buffer, 5, 6));
  SHOW(pread(f, buffer, 5, -1));
  SHOW(pwrite(f, "HELLO", 5, 0));
  SHOW(read(f, (void *)8, 10));
  SHOW(read(77, buffer, 1));
  SHOW(write(f, (void *)8, 10));
  SHOW(lseek(f, 0, SEEK_SET));
  SHOW(read(f, (void *)8, 10));
  SHOW(read(f, (void *)8, 0));
  SHOW(write(77, buffer, 0));
  struct iovec parts[3] = {{buffer, 5}, {buffer + 100, 0}, {buffer + 10, 3}};
  SHOW(readv(f, parts, 3));
  printf("%.5s|%.3s\n", buffer, buffer + 10);
  SHOW(readv(f, parts, -1));
  SHOW(readv(f, parts, 2000));
  SHOW(readv(f, (void *)8, 2));
  SHOW(readv(f, parts, 0));
  parts[1].iov_len = -1;
  SHOW(readv(f, parts, 3));
  SHOW(readv(77, parts, 3));
  parts[1].iov_len = 4;
  SHOW(writev(f, parts, 3));
  SHOW(preadv(f, parts, 3, 0));
  SHOW(pwritev(f, parts, 3, 4));
  SHOW(preadv2(f, parts, 3, -1, 0));

  // A buffer that ends at a page that is not there.
  char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page + 4096, 4096);
  SHOW(pread(f, page + 4090, 12, 0));
  SHOW(pwrite(f, page + 4090, 12, 100));
  SHOW(write(f, page + 4096, 1));
  char *locked = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  SHOW(pread(f, locked, 5, 0));
  SHOW(pwrite(f, locked, 5, 0));

  SHOW(dup(f));
  SHOW(dup(77));
  SHOW(dup2(f, 10));
  SHOW(dup2(f, f));
  SHOW(dup2(77, 77));
  SHOW(dup2(f, -1));
  SHOW(dup2(f, 1 << 30));
  SHOW(dup3(f, f, 0));
  SHOW(dup3(f, 11, O_CLOEXEC));
  SHOW(dup3(f, 11, 1));
  SHOW(fcntl(11, F_GETFD));
  SHOW(fcntl(10, F_GETFD));
  SHOW(fcntl(10, F_SETFD, FD_CLOEXEC));
  SHOW(fcntl(10, F_GETFD));
  SHOW(fcntl(f, F_GETFD));
  SHOW(fcntl(f, F_DUPFD, 20));
  SHOW(fcntl(f, F_DUPFD_CLOEXEC, 20));
  SHOW(fcntl(f, F_DUPFD, -1));
  SHOW(fcntl(f, F_DUPFD, 1 << 30));
  SHOW(fcntl(21, F_GETFD));
  SHOW(fcntl(f, F_GETFL));
  SHOW(fcntl(f, F_SETFL, O_APPEND | O_NONBLOCK));
  SHOW(fcntl(10, F_GETFL));
  SHOW(fcntl(f, F_SETFL, 0));
  SHOW(fcntl(f, 9999));
  SHOW(fcntl(77, F_GETFL));
  SHOW(lseek(10, 3, SEEK_SET));
  SHOW(lseek(f, 0, SEEK_CUR));
  SHOW(close(10));
  SHOW(close(10));
  SHOW(close(-1));
  SHOW(syscall(SYS_close_range, 20, ~0U, 0));
  SHOW(fcntl(21, F_GETFD));
  SHOW(syscall(SYS_close_range, 5, 4, 0));
  SHOW(syscall(SYS_close_range, 3, 4, 8));
  SHOW(syscall(SYS_close_range, 11, 11, 4));
  SHOW(fcntl(11, F_GETFD));
  struct rlimit limit = {30, 30};
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(dup2(f, 30));
  SHOW(dup2(f, 29));
  SHOW(fcntl(f, F_DUPFD, 29));
  SHOW(fcntl(f, F_DUPFD, 30));
  while (dup(f) >= 0);
  SHOW(dup(f));
  SHOW(open("/", O_RDONLY));
  SHOW(open("/missing", O_RDONLY));
  SHOW(pipe((int[2]){0}));
  syscall(SYS_close_range, f + 1, ~0U, 0);

  int p[2];
  SHOW(pipe(p));
  printf("%d %d\n", p[0], p[1]);
  SHOW(pipe((int *)8));
  SHOW(pipe2(p, 1));
  SHOW(pipe2(p, O_CLOEXEC | O_NONBLOCK));
  SHOW(fcntl(p[0], F_GETFD));
  SHOW(fcntl(p[0], F_GETFL));
  SHOW(fcntl(p[1], F_GETFL));
  SHOW(read(p[0], buffer, 10));
  SHOW(write(p[1], "abc", 3));
  SHOW(read(p[0], buffer, 10));
  SHOW(read(p[1], buffer, 10));
  SHOW(write(p[0], "x", 1));
  SHOW(lseek(p[0], 0, SEEK_SET));
  SHOW(pread(p[0], buffer, 1, 0));
  int n; SHOW(write(p[1], "abcd", 4));
  SHOW(ioctl(p[0], FIONREAD, &n));
  printf("%d\n", n);
  SHOW(read(p[0], buffer, 2));
  SHOW(write(p[1], buffer, sizeof buffer));
  SHOW(write(p[1], buffer, 1));
  SHOW(read(p[0], buffer, sizeof buffer));
  SHOW(fcntl(p[1], F_GETPIPE_SZ));
  SHOW(close(p[0]));
  SHOW(write(p[1], "x", 1));
  SHOW(pipe(p));
  SHOW(write(p[1], "last", 4));
  SHOW(close(p[1]));
  SHOW(read(p[0], buffer, 10));
  SHOW(read(p[0], buffer, 10));
  int on = 1; SHOW(ioctl(p[0], FIONBIO, &on));
  SHOW(fcntl(p[0], F_GETFL));
  SHOW(ioctl(p[0], FIOCLEX));
  SHOW(fcntl(p[0], F_GETFD));
  SHOW(ioctl(p[0], FIONCLEX));
  SHOW(fcntl(p[0], F_GETFD));
  struct termios t; struct winsize w;
  SHOW(tcgetattr(f, &t));
  SHOW(ioctl(f, TIOCGWINSZ, &w));
  SHOW(ioctl(f, 0x1234, &w));
  SHOW(ioctl(77, TIOCGWINSZ, &w));
  SHOW(isatty(p[0]));

  int e = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK); unsigned long long v = 0;
  SHOW(read(e, &v, 8));
  printf("%llu\n", v);
  SHOW(read(e, &v, 4));
  SHOW(read(e, &v, 8));
  SHOW(read(e, &v, 8));
  SHOW(read(e, &v, 8));
  v = 5;
  SHOW(write(e, &v, 8));
  SHOW(read(e, &v, 8));

  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
  SHOW(fcntl(f, F_SETLK, &lock));
  SHOW(fcntl(f, F_GETLK, &lock));
  printf("%d\n", lock.l_type), lock.l_type = 9;
  SHOW(fcntl(f, F_SETLK, &lock));
  SHOW(fcntl(f, F_SETLK, (void *)8));
  SHOW(flock(f, LOCK_EX));
  SHOW(flock(f, LOCK_UN));
  SHOW(flock(f, 77));
  SHOW(flock(77, LOCK_EX));
  SHOW(flock(p[0], LOCK_SH | LOCK_NB));
  SHOW(ftruncate(f, 50));
  SHOW(lseek(f, 0, SEEK_END));
  SHOW(ftruncate(f, -1));
  SHOW(ftruncate(p[0], 1));
  SHOW(fallocate(f, 0, 0, 100));
  SHOW(lseek(f, 0, SEEK_END));
  SHOW(posix_fallocate(f, 0, -1));
  SHOW(fsync(f));
  SHOW(fdatasync(f));
  SHOW(fsync(p[0]));
  SHOW(fsync(77));
  SHOW(posix_fadvise(f, 0, 0, POSIX_FADV_SEQUENTIAL));
  SHOW(posix_fadvise(f, 0, 0, 99));
  SHOW(posix_fadvise(p[0], 0, 0, 0));

  int m = memfd_create("name", MFD_ALLOW_SEALING);
  SHOW(write(m, "0123456789", 10));
  SHOW(fcntl(m, F_ADD_SEALS, F_SEAL_WRITE));
  SHOW(write(m, "x", 1));
  SHOW(fcntl(m, F_GET_SEALS));
  off_t offset = 2;
  SHOW(sendfile(f, m, &offset, 5));
  printf("%ld\n", (long)offset);
  SHOW(lseek(m, 0, SEEK_SET));
  SHOW(sendfile(f, m, 0, 100));
  SHOW(lseek(m, 0, SEEK_CUR));
  SHOW(sendfile(77, m, 0, 1));
  SHOW(sendfile(f, 77, 0, 1));
  int q[2];
  SHOW(pipe(q));
  offset = 0;
  SHOW(sendfile(q[1], m, &offset, 100));
  printf("%ld\n", (long)offset);
  SHOW(read(q[0], buffer, 100));
  loff_t from = 1; SHOW(copy_file_range(m, &from, f, 0, 4, 0));
  printf("%ld\n", (long)from);
  SHOW(write(q[1], "spliced", 7));
  SHOW(splice(q[0], 0, f, 0, 7, 0));
  SHOW(splice(m, 0, f, 0, 7, 0));
  SHOW(splice(q[0], 0, f, 0, 7, SPLICE_F_NONBLOCK));
  return 0;
}

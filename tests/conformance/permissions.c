// Tries to change what is in a folder, in every way that there is, and prints how each went.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#define SHOW(call) do { errno = 0; long r = (long)(call); printf("%s: %s\n", #call, r < 0 ? strerrorname_np(errno) : "done"); } while (0)

int main(int argc, char **argv) {
  if (chdir(argv[1])) return 1;
  // Nothing is there to write, or it is there already: no permission is needed for the errors of Linux.
  SHOW(open("missing", O_WRONLY));
  SHOW(open("missing/file", O_WRONLY | O_CREAT, 0600));
  SHOW(mkdir("folder", 0700));
  SHOW(open("file", O_WRONLY | O_CREAT | O_EXCL, 0600));
  SHOW(unlink("missing"));
  SHOW(open("file", O_RDONLY));
  SHOW(open("folder", O_RDONLY | O_DIRECTORY));
  SHOW(open("file", O_PATH));
  SHOW(open("/dev/null", O_RDWR | O_CREAT | O_TRUNC, 0600));
  SHOW(open("null", O_WRONLY));
  puts("-- changes");
  int file = open("file", O_RDONLY), folder = open(".", O_RDONLY | O_DIRECTORY);
  struct timeval times[2] = {{1, 0}, {2, 0}};
  struct utimbuf older = {1, 2};
  SHOW(open("file", O_WRONLY));
  SHOW(open("file", O_RDWR));
  SHOW(open("file", O_RDONLY | O_TRUNC));
  SHOW(open("new", O_RDONLY | O_CREAT, 0600));
  SHOW(openat(folder, "new", O_WRONLY | O_CREAT, 0600));
  SHOW(creat("new", 0600));
  SHOW(open(".", O_TMPFILE | O_RDWR, 0600));
  SHOW(open("link", O_WRONLY));
  SHOW(open("dangling", O_WRONLY | O_CREAT, 0600));
  SHOW(open("/proc/self/fd/3", O_WRONLY));
  SHOW(truncate("file", 0));
  SHOW(mkdir("new folder", 0700));
  SHOW(mknod("new", S_IFIFO | 0600, 0));
  SHOW(symlink("file", "new"));
  SHOW(link("file", "new"));
  SHOW(linkat(file, "", AT_FDCWD, "new", AT_EMPTY_PATH));
  SHOW(rename("file", "new"));
  SHOW(renameat2(folder, "file", folder, "other", RENAME_EXCHANGE));
  SHOW(unlink("file"));
  SHOW(rmdir("folder"));
  SHOW(chmod("file", 0600));
  SHOW(fchmod(file, 0600));
  SHOW(fchmodat(folder, "link", 0600, 0));
  SHOW(chown("file", -1, -1));
  SHOW(fchown(file, -1, -1));
  SHOW(lchown("link", -1, -1));
  SHOW(fchownat(file, "", -1, -1, AT_EMPTY_PATH));
  SHOW(utimes("file", times));
  SHOW(futimes(file, times));
  SHOW(utime("link", &older));
  SHOW(setxattr("file", "user.x", "1", 1, 0));
  SHOW(fsetxattr(file, "user.x", "1", 1, 0));
  SHOW(removexattr("file", "user.y"));
  SHOW(chmod("null", 0600));
  SHOW(access("file", W_OK));
  struct sockaddr_un name = {AF_UNIX, "socket"};
  SHOW(bind(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&name, sizeof name));
}

// Prints what a program sees whose root is a folder with dir/file ("inside\n"), links in abs/, and nothing else.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *path) {
  char text[100];
  errno = 0;
  int fd = open(path, O_RDONLY);
  ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  text[length < 0 ? 0 : length] = 0;
  text[strcspn(text, "\n")] = 0;
  printf("%s: %s\n", path, fd < 0 ? strerrorname_np(errno) : text);
  close(fd);
}

static void show_link(const char *path) {
  char text[4096];
  ssize_t length = readlink(path, text, sizeof text - 1);
  printf("%s -> %s\n", path, length < 0 ? strerrorname_np(errno) : (text[length] = 0, text));
}

static void show_cwd(void) {
  char text[4096];
  puts(getcwd(text, sizeof text) ? text : strerrorname_np(errno));
}

int main(void) {
  char path[64];
  struct stat status;
  show_cwd();
  show("/dir/file");
  show("/abs/link");
  show("/abs/up");
  show("/abs/out");
  show("/../../../dir/file");
  show("/etc/passwd");
  show("dir/file");
  show("/abs/self/comm");
  show("/proc/self/root/dir/file");
  chdir("/abs");
  show_cwd();
  show("link");
  show("up");
  show("../dir/file");
  show("../../../../../../../../etc/passwd");
  show_link("/proc/self/exe");
  show_link("/proc/self/cwd");
  show_link("/abs/link");
  int root = open("/", O_PATH);
  printf("%d\n", openat(root, "../etc/passwd", O_RDONLY));
  int fd = openat(root, "dir/file", O_RDONLY);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  show_link(path);
  printf("mkdir %d\n", mkdir("/new", 0700));
  printf("rename %d\n", rename("/new", "/abs/new"));
  printf("rmdir %d\n", rmdir("new"));
  printf("symlink %d\n", symlink("/x", "/abs/x"));
  printf("unlink %d\n", unlink("/abs/x"));
  printf("truncate %d\n", truncate("/abs/link", 3));
  printf("stat %d\n", stat("up", &status));
  printf("size %ld\n", (long)status.st_size);
  return 0;
}

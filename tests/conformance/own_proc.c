// Opens what /proc says of this process in every way that leads there, and prints whose it was:
// "own" if the text names this program, HOST if it names the libraries that emulate it, else the error.
// With the argument "refused": ways that need not lead anywhere, and files that would give the host's memory away.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char self[PATH_MAX];

static void judge(const char *way, int fd) {
  static char text[1 << 20];
  size_t length = 0;
  ssize_t count;
  if (fd < 0) {
    printf("%s: %s\n", way, strerrorname_np(errno));
    return;
  }
  while ((count = read(fd, text + length, sizeof text - 1 - length)) > 0) length += count;
  text[length] = 0;
  close(fd);
  int host = strstr(text, "unicorn") || strstr(text, "deno");
  printf("%s: %s\n", way, host ? "HOST" : strstr(text, self) ? "own" : "other");
}

static void try_path(const char *format, int number) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, format, number);
  judge(format, open(path, O_RDONLY));
}

static void refused(void) {
  char path[64];
  judge("init's root", open("/proc/1/root/proc/self/maps", O_RDONLY));
  judge("init's cwd", open("/proc/1/cwd/proc/self/maps", O_RDONLY));
  try_path("/proc/%d/root/proc/self/maps", getppid());
  // Threads of the host process have numbers near its own, and are reached by them although /proc does not list them.
  int threads = 0;
  for (int number = getpid() + 1; number < getpid() + 200; number++) {
    char text[4096] = "", own[64];
    snprintf(path, sizeof path, "/proc/%d/status", number);
    snprintf(own, sizeof own, "\nTgid:\t%d\n", getpid());
    int fd = open(path, O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0 && strstr(text, own)) threads++;
    close(fd);
  }
  printf("threads of the host: %d\n", threads);
  const char *names[] = {"/proc/self/mem", "/proc/thread-self/mem", "/proc/self/task/../mem", "/proc/kcore", "/proc/self/pagemap"};
  for (int i = 0; i < 5; i++) {
    int fd = open(names[i], O_RDWR);
    printf("%s: %s\n", names[i], fd < 0 ? "refused" : "OPENED");
    fd = open(names[i], O_RDONLY | O_PATH);
    if (fd >= 0) {
      snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
      int again = open(path, O_RDWR);
      printf("%s again: %s\n", names[i], again < 0 ? "refused" : "OPENED");
    }
  }
}

int main(int argc, char **argv) {
  char link[PATH_MAX], name[] = "proc-XXXXXX", dir[PATH_MAX], cwd[PATH_MAX];
  self[readlink("/proc/self/exe", self, sizeof self - 1)] = 0;
  if (argc > 1) return refused(), 0;
  printf("exe is argv[0]: %d\n", strcmp(self, realpath(argv[0], link)));
  if (!mkdtemp(name) || chdir(name) || !getcwd(dir, sizeof dir)) return 1;
  try_path("/proc/self/maps", 0);
  try_path("/proc/thread-self/maps", 0);
  try_path("/proc/%d/maps", getpid());
  try_path("/proc/%d/task/%1$d/maps", getpid());
  try_path("/proc/self/task/%d/maps", getpid());
  try_path("/proc/../proc/self/maps", 0);
  try_path("//proc/./self//maps", 0);
  try_path("/proc/sys/../self/maps", 0);
  try_path("/proc/self/../self/fd/../maps", 0);
  try_path("/proc/self/root/proc/self/maps", 0);
  try_path("/proc/self/maps/", 0);
  try_path("/proc/self/maps/..", 0);
  try_path("/proc/self/exe/maps", 0);
  try_path("/proc/0%d/maps", getpid());
  try_path("/dev/fd/../maps", 0);

  symlink("/proc/self", "to-self"), symlink("/proc", "to-proc"), symlink("/proc/self/maps", "to-maps");
  symlink("to-proc/self", "to-to-self"), symlink("/dev/fd/../maps", "to-dev");
  symlink("../../../../../../../../../../proc/../proc/thread-self/maps", "winding");
  const char *links[] = {"to-self/maps", "to-proc/self/maps", "to-maps", "to-to-self/maps", "winding", "to-dev", "to-self/../self/maps"};
  for (int i = 0; i < 7; i++) judge(links[i], open(links[i], O_RDONLY));
  judge("O_NOFOLLOW", open("to-maps", O_RDONLY | O_NOFOLLOW));

  const char *directories[] = {"/proc", "/proc/self", "to-proc", "to-self", "/", "/dev/fd"};
  const char *names[] = {"self/maps", "maps", "self/maps", "maps", "proc/self/maps", "../maps"};
  for (int path_only = 0; path_only < 2; path_only++) {
    for (int i = 0; i < 6; i++) {
      int d = open(directories[i], O_DIRECTORY | (path_only ? O_PATH : O_RDONLY));
      char way[PATH_MAX];
      snprintf(way, sizeof way, "openat %s %s", directories[i], names[i]);
      judge(way, openat(d, names[i], O_RDONLY));
      snprintf(way, sizeof way, "/proc/self/fd/%d/%s", d, names[i]);
      judge("through fd", open(way, O_RDONLY));
      snprintf(way, sizeof way, "/dev/fd/%d/%s", d, names[i]);
      judge("through /dev/fd", open(way, O_RDONLY));
      judge("fchdir", fchdir(d) ? -1 : open(names[i], O_RDONLY));
      judge("cwd link", open((snprintf(way, sizeof way, "/proc/self/cwd/%s", names[i]), way), O_RDONLY));
      printf("in %d\n", getcwd(cwd, sizeof cwd) != NULL);
      chdir(dir);
      struct open_how how = {.flags = O_RDONLY};
      judge("openat2", syscall(SYS_openat2, d, names[i], &how, sizeof how));
      close(d);
    }
  }
  judge("chdir", chdir("/proc/self/task") ? -1 : open("../maps", O_RDONLY));
  judge("chdir up", chdir("..") ? -1 : open("maps", O_RDONLY));
  chdir(dir);

  // What is open: the same through both directories, and nothing more.
  int f = open("file", O_CREAT | O_RDWR, 0600), p[2];
  char text[PATH_MAX], path[64];
  write(f, "0123456789", 10), pipe(p), write(p[1], "piped", 5);
  snprintf(path, sizeof path, "/proc/self/fd/%d", f);
  text[readlink(path, text, sizeof text - 1)] = 0;
  printf("%s\n", strrchr(text, '/'));
  int again = open(path, O_RDONLY);
  printf("own offset %ld\n", (long)lseek(again, 0, SEEK_CUR));
  printf("read %zd\n", read(again, text, 4));
  snprintf(path, sizeof path, "/dev/fd/%d", p[0]);
  printf("pipe again %zd\n", read(open(path, O_RDONLY), text, 5));
  struct stat a, b;
  printf("same pipe %d\n", stat(path, &a) || fstat(p[0], &b) || a.st_ino != b.st_ino);
  printf("link %o\n", lstat(path, &a) ? 0 : a.st_mode);
  unlink("file"), snprintf(path, sizeof path, "/proc/self/fd/%d", f);
  printf("deleted %d\n", open(path, O_RDONLY) >= 0);
  printf("not open %d %s\n", open("/proc/self/fd/999", O_RDONLY), strerrorname_np(errno));
  int count = 0, missing = 0;
  DIR *open_files = opendir("/proc/self/fd");
  for (struct dirent *entry; (entry = readdir(open_files));) {
    if (entry->d_name[0] == '.') continue;
    count++;
    if (fcntl(atoi(entry->d_name), F_GETFD) < 0) missing++;
  }
  for (int fd = 0; fd < 1024; fd++) count -= fcntl(fd, F_GETFD) >= 0;
  printf("listed %d too many, %d not open\n", count, missing);
  printf("unlink %d\n", unlink("/proc/self/maps"));
  printf("mkdir %d\n", mkdir("/proc/x", 0700));
  printf("rename %d\n", rename("/proc/self/comm", "/tmp/comm"));
  f = open("/proc/self/comm", O_RDWR), write(f, "renamed", 7), close(f);
  f = open("/proc/self/comm", O_RDONLY), text[read(f, text, 100)] = 0, printf("%s", text);
  return 0;
}

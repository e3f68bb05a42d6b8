// Prints results and errno of calls that take paths: errors, links, `..`, descriptors of directories, odd names.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#define SHOW(call) do { errno = 0; long r = (long)(call); printf("%s = %ld %s\n", #call, r < 0 ? -1 : r > 0 ? 1 : 0, r < 0 ? strerrorname_np(errno) : ""); } while (0)

static void show_link(const char *path) {
  char text[4096];
  ssize_t length = readlink(path, text, sizeof text - 1);
  printf("readlink %s: %s\n", path, length < 0 ? strerrorname_np(errno) : (text[length] = 0, text));
}

static int compare(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static void list(const char *path) {
  struct dirent **names;
  int count = scandir(path, &names, 0, compare);
  printf("list %s: %d:", path, count);
  for (int i = 0; i < count; i++) printf(" %s/%d", names[i]->d_name, names[i]->d_type);
  puts("");
}

int main(void) {
  char name[] = "paths-XXXXXX", dir[4096], longest[5000];
  if (!mkdtemp(name) || chdir(name) || !getcwd(dir, sizeof dir)) return 1;
  memset(longest, 'a', sizeof longest - 1), longest[sizeof longest - 1] = 0;

  SHOW(open("", O_RDONLY));
  SHOW(open("missing", O_RDONLY));
  SHOW(open((char *)8, O_RDONLY));
  SHOW(open((char *)0x7fffffffffff, O_RDONLY));
  SHOW(open(longest, O_RDONLY));
  longest[256] = 0;
  SHOW(open(longest, O_CREAT | O_RDWR, 0600));
  longest[255] = 0;
  SHOW(close(open(longest, O_CREAT | O_RDWR, 0600)));
  SHOW(unlink(longest));
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d/e/", 0755));
  SHOW(mkdir("missing/e", 0755));
  SHOW(mkdir("/", 0755));
  SHOW(close(open("d/f", O_CREAT | O_WRONLY | O_EXCL, 0644)));
  SHOW(open("d/f", O_CREAT | O_WRONLY | O_EXCL, 0644));
  SHOW(open("d/f/", O_RDONLY));
  SHOW(open("d/f/x", O_RDONLY));
  SHOW(open("d", O_WRONLY));
  SHOW(open("d/f", O_RDONLY | O_DIRECTORY));
  SHOW(open("d/", O_CREAT | O_RDWR, 0600));
  SHOW(close(open("d/../d/./e/../f", O_RDONLY)));
  SHOW(open("d/f/../f", O_RDONLY));
  SHOW(close(open("/../../../tmp", O_RDONLY)));

  SHOW(symlink("d/f", "link"));
  SHOW(symlink("d", "to-d"));
  SHOW(symlink("loop2", "loop1"));
  SHOW(symlink("loop1", "loop2"));
  SHOW(symlink("nowhere", "dangling"));
  SHOW(symlink("", "empty"));
  SHOW(close(open("link", O_RDONLY)));
  SHOW(open("link", O_RDONLY | O_NOFOLLOW));
  SHOW(close(open("link", O_PATH | O_NOFOLLOW)));
  SHOW(open("loop1", O_RDONLY));
  SHOW(open("dangling", O_RDONLY));
  SHOW(open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600));
  SHOW(close(open("dangling", O_CREAT | O_RDWR, 0600)));
  SHOW(access("nowhere", F_OK));
  SHOW(close(open("to-d/f", O_RDONLY)));
  SHOW(close(open("to-d/", O_RDONLY | O_NOFOLLOW)));
  SHOW(open("to-d", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
  show_link("link");
  show_link("d");
  show_link("missing");
  show_link("to-d/");
  show_link("");
  SHOW(readlink("link", (char[8]){0}, 0));
  SHOW(readlink("link", (char *)8, 10));

  struct stat a, b;
  SHOW(stat("link", &a));
  SHOW(lstat("link", &b));
  printf("modes %o %o\n", a.st_mode, b.st_mode);
  SHOW(stat("link", (struct stat *)8));
  SHOW(stat("missing", (struct stat *)8));
  SHOW(fstatat(AT_FDCWD, "", &a, AT_EMPTY_PATH));
  printf("mode %o\n", a.st_mode);
  struct statx x;
  SHOW(statx(AT_FDCWD, "d/f", 0, STATX_BASIC_STATS, &x));
  printf("mode %o size %lld\n", x.stx_mode, (long long)x.stx_size);

  int d = open("d", O_RDONLY | O_DIRECTORY), f = open("d/f", O_RDWR);
  SHOW(close(openat(d, "f", O_RDONLY)));
  SHOW(close(openat(d, "../link", O_RDONLY)));
  SHOW(openat(f, "x", O_RDONLY));
  SHOW(openat(77, "x", O_RDONLY));
  SHOW(close(openat(77, dir, O_RDONLY)));
  SHOW(openat(77, "", O_RDONLY));
  SHOW(fstatat(f, "", &a, AT_EMPTY_PATH));
  SHOW(fstatat(f, "", &a, 0));
  SHOW(fchdir(f));
  SHOW(fchdir(77));
  SHOW(fchdir(d));
  SHOW(access("f", R_OK | W_OK));
  SHOW(access("../d/e", X_OK));
  char cwd[4096];
  printf("in %s\n", strrchr(getcwd(cwd, sizeof cwd), '/'));
  SHOW(syscall(SYS_getcwd, cwd, 3));
  SHOW(syscall(SYS_getcwd, (char *)8, 4096));
  SHOW(chdir(".."));
  SHOW(chdir("d/f"));
  SHOW(chdir("missing"));

  SHOW(rename("d/f", "d/g"));
  SHOW(rename("missing", "d/h"));
  SHOW(rename("d", "d/e/x"));
  SHOW(rename("d/g", "d/e"));
  SHOW(renameat2(d, "g", d, "e", RENAME_NOREPLACE));
  SHOW(renameat2(d, "g", d, "e", RENAME_EXCHANGE));
  SHOW(stat("d/e", &a));
  printf("mode %o\n", a.st_mode);
  SHOW(renameat2(d, "g", d, "e", RENAME_EXCHANGE));
  SHOW(link("d/g", "hard"));
  SHOW(link("d/g", "hard"));
  SHOW(link("d", "hard2"));
  SHOW(link("link", "hard3"));
  SHOW(linkat(f, "", AT_FDCWD, "hard4", AT_EMPTY_PATH));
  SHOW(stat("hard", &a));
  printf("links %ld\n", (long)a.st_nlink);
  SHOW(unlink("d"));
  SHOW(unlink("missing"));
  SHOW(unlink("hard"));
  SHOW(rmdir("d"));
  SHOW(rmdir("d/g"));
  SHOW(unlinkat(d, "e", 0));
  SHOW(unlinkat(d, "e", AT_REMOVEDIR));

  SHOW(mkdir("odd", 0700));
  SHOW(chdir("odd"));
  SHOW(close(open("\xff\xfe not utf-8", O_CREAT | O_RDWR, 0600)));
  SHOW(close(open("tab\there", O_CREAT | O_RDWR, 0600)));
  SHOW(symlink("\xff\xfe not utf-8", "\xe9"));
  SHOW(close(open("\xe9", O_RDONLY)));
  show_link("\xe9");
  list(".");
  SHOW(chdir(".."));
  list("d");

  umask(027);
  SHOW(close(open("masked", O_CREAT | O_RDWR, 0777)));
  SHOW(mkdir("masked-dir", 0777));
  SHOW(mkfifo("fifo", 0666));
  SHOW(stat("masked", &a));
  printf("mode %o\n", a.st_mode);
  SHOW(stat("masked-dir", &a));
  printf("mode %o\n", a.st_mode);
  SHOW(stat("fifo", &a));
  printf("mode %o\n", a.st_mode);
  printf("umask %o\n", umask(022));
  SHOW(chmod("masked", 0640));
  SHOW(fchmodat(AT_FDCWD, "masked", 0604, 0));
  SHOW(chmod("missing", 0));
  SHOW(fchmod(f, 0600));
  SHOW(stat("masked", &a));
  printf("mode %o\n", a.st_mode);
  SHOW(chown("masked", getuid(), getgid()));
  SHOW(lchown("link", getuid(), getgid()));
  SHOW(chown("missing", 0, 0));
  SHOW(utime("masked", &(struct utimbuf){1000, 2000}));
  SHOW(stat("masked", &a));
  printf("times %ld %ld\n", a.st_atime, a.st_mtime);
  struct timespec times[2] = {{5, 7}, {0, UTIME_OMIT}};
  SHOW(utimensat(AT_FDCWD, "masked", times, 0));
  SHOW(futimens(f, times));
  SHOW(stat("masked", &a));
  printf("times %ld %ld %ld\n", a.st_atime, a.st_atim.tv_nsec, a.st_mtime);
  SHOW(utimensat(AT_FDCWD, "missing", times, 0));
  SHOW(utimensat(AT_FDCWD, "link", times, AT_SYMLINK_NOFOLLOW));
  SHOW(truncate("masked", 100));
  SHOW(truncate("d", 0));
  SHOW(truncate("missing", 0));
  SHOW(truncate("masked", -1));
  SHOW(stat("masked", &a));
  printf("size %ld\n", (long)a.st_size);
  struct statfs fs;
  SHOW(statfs("masked", &fs));
  SHOW(statfs("missing", &fs));
  SHOW(fstatfs(f, &fs));
  SHOW(fstatfs(99, &fs));
  SHOW(getxattr("masked", "user.none", cwd, 10));
  SHOW(getxattr("missing", "user.none", cwd, 10));
  SHOW(setxattr("masked", "bad", "x", 1, 0));
  SHOW(lgetxattr("link", "user.none", cwd, 10));
  SHOW(listxattr("missing", 0, 0));
  SHOW(rmdir("masked-dir/."));
  SHOW(rmdir("masked-dir/.."));
  SHOW(mkdir("masked-dir/..", 0700));

  SHOW(mkdir("gone", 0700));
  SHOW(chdir("gone"));
  SHOW(rmdir("../gone"));
  SHOW(syscall(SYS_getcwd, cwd, sizeof cwd));
  SHOW(open("x", O_CREAT | O_RDWR, 0600));
  SHOW(chdir(".."));
  SHOW(chdir(dir));
  return 0;
}

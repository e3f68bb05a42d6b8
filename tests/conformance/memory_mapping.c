/* mmap, mprotect, mremap, madvise, brk and their errors. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096L
static sigjmp_buf back;
static volatile long fault;
static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  fault = (long)info->si_addr;
  siglongjmp(back, signal * 10 + info->si_code);
}

static int touch(volatile char *at, int write) {
  int kind = sigsetjmp(back, 1);
  if (kind == 0) {
    if (write) *at = 'w';
    else (void)*at;
  } else if (fault != (long)at) {
    return -kind;
  }
  return kind;
}

static void result(const char *name, long value) {
  if (value == -1) printf("%s: %s\n", name, strerrorname_np(errno));
  else printf("%s: %s\n", name, value == 0 ? "0" : "an address");
}
static long map(void *at, size_t length, int protection, int flags, int fd, long offset) {
  return (long)mmap(at, length, protection, flags, fd, offset);
}

static int system_overcommits(void) {
  FILE *file = fopen("/proc/sys/vm/overcommit_memory", "r");
  int mode = file ? fgetc(file) : '0';
  if (file) fclose(file);
  return mode == '1';
}

int main(void) {
  setvbuf(stdout, 0, _IONBF, 0);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  int anonymous = MAP_PRIVATE | MAP_ANONYMOUS, rw = PROT_READ | PROT_WRITE;
  char name[] = "/tmp/ceratops-memory-XXXXXX";
  int file = mkstemp(name), reader = open(name, O_RDONLY), writer = open(name, O_WRONLY), folder = open("/tmp", O_RDONLY);
  unlink(name);
  char content[3 * PAGE];
  for (int i = 0; i < 3; i++) memset(content + i * PAGE, 'a' + i, PAGE);
  if (write(file, content, 2 * PAGE + 100) < 0) return 1;
  int ends[2];
  if (pipe(ends) != 0) return 1;

  result("length 0", map(0, 0, rw, anonymous, -1, 0));
  result("no type", map(0, PAGE, rw, MAP_ANONYMOUS, -1, 0));
  result("huge", map(0, 1UL << 47, rw, anonymous, -1, 0));
  result("only reserved", map(0, 1UL << 38, rw, anonymous | MAP_NORESERVE, -1, 0));
  result("only address space", map(0, 1UL << 38, PROT_NONE, anonymous, -1, 0));
  struct sysinfo machine;
  sysinfo(&machine);
  size_t all = (machine.totalram + machine.totalswap) * machine.mem_unit;
  int overcommits = system_overcommits();
  long beyond = map(0, all + (64UL << 20), rw, anonymous, -1, 0);
  printf("more than there is: %d\n", overcommits || beyond == -1);
  result("past the end", map(0, ~0UL - 8191, rw, anonymous, -1, 0));
  result("offset off the page", map(0, PAGE, PROT_READ, MAP_PRIVATE, file, 17));
  result("bad descriptor", map(0, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
  result("write-only file", map(0, PAGE, PROT_READ, MAP_PRIVATE, writer, 0));
  result("shared writing of a read-only file", map(0, PAGE, rw, MAP_SHARED, reader, 0));
  result("private writing of a read-only file", map(0, PAGE, rw, MAP_PRIVATE, reader, 0));
  result("directory", map(0, PAGE, PROT_READ, MAP_PRIVATE, folder, 0));
  result("pipe", map(0, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0));
  result("fixed off the page", map((void *)0x20000001, PAGE, rw, anonymous | MAP_FIXED, -1, 0));
  result("unknown flag, validated", map(0, PAGE, rw, 0x3 | 0x2000000, file, 0));

  char *hint = mmap((void *)0x20000000, 4 * PAGE, rw, anonymous, -1, 0);
  printf("hint taken %d\n", hint == (char *)0x20000000);
  char *other = mmap(hint + PAGE, PAGE, rw, anonymous, -1, 0);
  printf("hint in use not taken %d\n", other != hint + PAGE);
  char *rounded = mmap((void *)0x20100123, PAGE, rw, anonymous, -1, 0);
  printf("hint rounded %lx\n", (long)rounded);
  result("no replacing", map(hint + PAGE, PAGE, rw, anonymous | MAP_FIXED_NOREPLACE, -1, 0));
  printf("below 2^31 %d\n", (long)map(0, PAGE, rw, anonymous | MAP_32BIT, -1, 0) < 1L << 31);
  strcpy(hint + PAGE, "old");
  mmap(hint + PAGE, PAGE, rw, anonymous | MAP_FIXED, -1, 0);
  printf("replaced by zeroes %d\n", hint[PAGE] == 0);

  printf("hole: unmap %d, inside %d, after %d\n", munmap(hint + PAGE, PAGE), touch(hint + PAGE + 5, 0),
         touch(hint + 2 * PAGE, 1));
  int partly = mprotect(hint, 4 * PAGE, PROT_READ);
  printf("protect over a hole: %d %s; first %d, last %d\n", partly, strerrorname_np(errno), touch(hint + 3, 1),
         touch(hint + 3 * PAGE, 1));
  printf("protect nothing %d, off the page %d\n", mprotect(hint, 0, PROT_READ), mprotect(hint + 1, 5, PROT_READ));
  mprotect(hint, PAGE, PROT_NONE);
  printf("no access %d\n", touch(hint + 9, 0));
  mprotect(hint, PAGE, PROT_WRITE);
  printf("write implies read %d %d\n", touch(hint + 9, 1), touch(hint + 9, 0));
  printf("unmap off the page %d, nothing %d\n", munmap(hint + 1, PAGE), munmap(hint, 0));
  printf("unmap a hole again %d\n", munmap(hint, 4 * PAGE));

  char *private = mmap(0, 5 * PAGE, rw, MAP_PRIVATE, file, 0);
  char *shared = mmap(0, 3 * PAGE, rw, MAP_SHARED, file, 0);
  printf("file %c %c %c, rest of its last page %d\n", private[0], private[PAGE], private[2 * PAGE + 99],
         private[2 * PAGE + 100]);
  printf("past its end: %d %d\n", touch(private + 3 * PAGE + 7, 0), touch(private + 4 * PAGE, 1));
  printf("write of such memory: %s\n", write(ends[1], private + 3 * PAGE, 10) < 0 ? strerrorname_np(errno) : "worked");
  private[1] = 'P';
  shared[2] = 'S';
  char seen[8] = {0};
  if (pread(file, seen, 4, 0) != 4) return 1;
  printf("private %.4s, shared %.4s, file %.4s\n", private, shared, seen);
  printf("sync %d, off the page %d, both ways %d\n", msync(shared, PAGE, MS_SYNC), msync(shared + 1, PAGE, MS_SYNC),
         msync(shared, PAGE, MS_SYNC | MS_ASYNC));
  madvise(private, PAGE, MADV_DONTNEED);
  printf("private read anew %.4s\n", private);
  if (ftruncate(file, 4 * PAGE) != 0) return 1;
  printf("grown: %d %d\n", touch(private + 3 * PAGE + 7, 0), touch(private + 4 * PAGE, 1));
  char *fixed = mmap((void *)0x21000000, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, PAGE);
  printf("by offset %c %c\n", fixed[0], fixed[PAGE]);
  mprotect(fixed, PAGE, PROT_NONE);
  mprotect(fixed, PAGE, PROT_READ);
  printf("after protecting twice %c\n", fixed[0]);
  char *seenfile = mmap(0, PAGE, PROT_READ, MAP_SHARED, reader, 0);
  result("making it writable", mprotect(seenfile, PAGE, rw));
  printf("still readable %c\n", seenfile[0]);

  char *area = mmap(0, 4 * PAGE, rw, anonymous, -1, 0);
  memset(area, 'x', 4 * PAGE);
  madvise(area + PAGE, PAGE, MADV_DONTNEED);
  printf("dropped %d %d %d\n", area[0], area[PAGE], area[2 * PAGE]);
  printf("advice: bad %d, off the page %d, nothing %d, willneed %d\n", madvise(area, PAGE, 77), madvise(area + 1, 1, 0),
         madvise(area, 0, MADV_DONTNEED), madvise(area, PAGE, MADV_WILLNEED));
  munmap(area + 2 * PAGE, PAGE);
  int advised = madvise(area, 4 * PAGE, MADV_DONTNEED);
  printf("over a hole: %d %s, %d %d\n", advised, strerrorname_np(errno), area[0], area[3 * PAGE]);
  unsigned char there[4];
  printf("mincore %d", mincore(area, PAGE, there));
  printf(", over a hole %d %s\n", mincore(area, 4 * PAGE, there), strerrorname_np(errno));
  printf("lock %d, over a hole %d\n", mlock(area, PAGE), mlock(area, 4 * PAGE));

  char *start = mmap((void *)0x22000000, 2 * PAGE, rw, anonymous, -1, 0);
  memset(start, 'm', 2 * PAGE);
  char *grown = mremap(start, 2 * PAGE, 6 * PAGE, 0);
  printf("grows in place %d, %c %d\n", grown == start, grown[PAGE], grown[5 * PAGE]);
  grown = mremap(start, 6 * PAGE, PAGE, 0);
  printf("shrinks %d, %d %d\n", grown == start, touch(start, 0), touch(start + PAGE, 0));
  mmap(start + PAGE, PAGE, rw, anonymous | MAP_FIXED, -1, 0);
  mprotect(start + PAGE, PAGE, PROT_READ);
  result("cannot grow", (long)mremap(start, PAGE, 3 * PAGE, 0));
  char *moved = mremap(start, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
  printf("moves %d, %c %d, left %d\n", moved != start, moved[0], moved[2 * PAGE], touch(start, 0));
  char *target = (char *)0x23000000;
  char *placed = mremap(moved, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  printf("to a place %d, %c, left %d\n", placed == target, placed[0], touch(moved, 0));
  result("overlap", (long)mremap(placed, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, placed + PAGE));
  result("nothing there", (long)mremap((void *)0x24000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
  result("to no size", (long)mremap(placed, PAGE, 0, MREMAP_MAYMOVE));
  result("unknown flag", (long)mremap(placed, PAGE, PAGE, 64));
  char *part = mremap(fixed, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
  printf("file moves %c %c, past its end %d\n", part[0], part[PAGE], touch(part + 3 * PAGE - 1, 0));
  shared[3] = 'M';
  shared = mremap(shared, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
  shared[3 * PAGE] = 'E';
  if (pread(file, seen, 1, 3 * PAGE) != 1 || pread(file, seen + 1, 1, 3) != 1) return 1;
  printf("shared grows %.2s\n", seen);

  char *end = sbrk(0);
  char *more = sbrk(10 * PAGE);
  printf("brk %d, %d, %d\n", more == end, end[9 * PAGE], touch(end + 5, 1));
  sbrk(-10 * PAGE);
  printf("given back %d\n", touch(end + 9 * PAGE, 1));
  sbrk(10 * PAGE);
  printf("zero again %d\n", end[5]);
  printf("below its start %d\n", brk((void *)4096));
  printf("barrier %d\n", syscall(SYS_membarrier, 0, 0, 0) > 0);
  struct rlimit limit;
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = 1L << 30;
  printf("limit %d", setrlimit(RLIMIT_AS, &limit));
  result(", beyond it", map(0, 1L << 30, rw, anonymous, -1, 0));
  result("within it", map(0, 1L << 20, rw, anonymous, -1, 0));
  return 0;
}

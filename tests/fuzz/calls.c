// Makes system calls by chance: calls SEED COUNT FOLDER. What is passed is often almost right: descriptors that are open,
// paths that exist, records that are filled, lengths that fit. It may well end itself.
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, POOL = 64 * PAGE };
static uint32_t state;
static char *pool;

static uint32_t chance(uint32_t limit) {
  state += 0x6d2b79f5;
  uint32_t mixed = (state ^ state >> 15) * (state | 1);
  mixed ^= mixed + (mixed ^ mixed >> 7) * (mixed | 61);
  return (mixed ^ mixed >> 14) % limit;
}

static const char *const PATHS[] = {
    "", ".", "..", "/", "file", "folder", "folder/deep", "link", "loop", "fifo", "socket", "missing", "missing/deeper", "/dev/null",
    "/dev/zero", "/dev/tty", "/dev/ptmx", "/dev/shm", "/dev/fd/3", "/proc", "/proc/self", "/proc/self/mem", "/proc/self/maps", "/proc/self/fd",
    "/proc/self/fd/3", "/proc/self/exe", "/proc/self/cwd/file", "/proc/self/root/etc", "/proc/self/task", "/proc/self/fdinfo/0", "/proc/1/mem",
    "/proc/1/root", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/kcore", "/proc/self/comm", "/proc/self/environ",
    "/proc/self/net/tcp", "/proc/thread-self/status", "/sys/kernel", "/sys/power/state", "/etc/passwd", "/tmp/../proc/self/mem", "user.name",
};

// Calls that end the guest or what it stands on: made, but seldom.
static const short RARE[] = {
    SYS_exit, SYS_exit_group, SYS_rt_sigreturn, SYS_munmap, SYS_mprotect, SYS_brk, SYS_mmap, SYS_mremap, SYS_execve, SYS_execveat, SYS_kill, SYS_tkill,
    SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pause, SYS_arch_prctl, SYS_clone, SYS_fork, SYS_vfork, SYS_setrlimit, SYS_prlimit64,
    SYS_close_range, SYS_rt_sigsuspend, SYS_setitimer, SYS_alarm, SYS_munlockall, SYS_mlockall, SYS_sigaltstack, SYS_unshare,
};

static int is_rare(long number) {
  for (unsigned i = 0; i < sizeof RARE / sizeof *RARE; i++) if (RARE[i] == number) return 1;
  return 0;
}

int main(int, char **);
static void *main_address(void) { return (void *)main; }
static void *somewhere(void) { return pool + chance(POOL - 256) / 8 * 8; }

static void *path(void) { return strcpy(somewhere(), PATHS[chance(sizeof PATHS / sizeof *PATHS)]); }

static void *record(void) {
  char *at = somewhere();
  memset(at, 0, 128);
  switch (chance(10)) {
    case 0: *(struct timespec *)at = (struct timespec){0, chance(3000000)}; break;
    case 1: for (int i = 0; i < 4; i++) ((struct iovec *)at)[i] = (struct iovec){somewhere(), chance(5000)}; break;
    case 2: for (int i = 0; i < 8; i++) ((struct pollfd *)at)[i] = (struct pollfd){chance(12), chance(64), 0}; break;
    case 3: *(struct epoll_event *)at = (struct epoll_event){chance(256), {.u64 = chance(100)}}; break;
    case 4: *(struct sockaddr_in *)at = (struct sockaddr_in){AF_INET, htons(chance(3)), {htonl(INADDR_LOOPBACK)}}; break;
    case 5: ((struct sockaddr_un *)at)->sun_family = AF_UNIX, strcpy(((struct sockaddr_un *)at)->sun_path, chance(2) ? "socket" : "other"); break;
    case 6: {
      struct msghdr *message = (void *)at;
      struct iovec *vector = somewhere();
      int *control = somewhere();
      vector[0] = (struct iovec){somewhere(), chance(100)};
      control[0] = chance(40), control[1] = 0, control[2] = SOL_SOCKET, control[3] = 1 + chance(3);
      for (int i = 4; i < 8; i++) control[i] = chance(12);
      *message = (struct msghdr){chance(2) ? somewhere() : 0, chance(40), vector, chance(3), control, chance(64), chance(64)};
      break;
    }
    case 7: ((uint64_t *)at)[0] = 1ull << chance(64), ((uint64_t *)at)[1] = chance(64); break;
    case 8: for (int i = 0; i < 16; i++) ((uint64_t *)at)[i] = chance(3) ? chance(4096) : (uint64_t)somewhere(); break;
    case 9: for (int i = 0; i < 32; i++) ((uint32_t *)at)[i] = chance(0x40000000) * 5; break;
  }
  return at;
}

static uint64_t argument(void) {
  switch (chance(16)) {
    case 0: return 0;
    case 1: case 2: return 3 + chance(12);
    case 3: return chance(5000);
    case 4: return -1 - chance(3);
    case 5: case 6: return (uint64_t)path();
    case 7: case 8: case 9: return (uint64_t)record();
    case 10: return (uint64_t)somewhere();
    case 11: return (uint64_t)pool + POOL - chance(64); // ends before it ends
    case 12: return 1ull << chance(64);
    case 13: return chance(1u << 31) & chance(1u << 31);
    case 14: return chance(2) ? (uint64_t)main_address() : (uint64_t)__builtin_frame_address(0);
    default: return (uint64_t)chance(0xffffffff) << 32 | chance(0xffffffff);
  }
}

static void wake(int signal) {}

int main(int argc, char **argv) {
  state = atoi(argv[1]);
  if (chdir(argv[3])) return 1;
  pool = mmap(0, POOL + 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pool + POOL, 16 * PAGE);
  for (int i = 0; i < POOL; i++) pool[i] = chance(256);
  struct sigaction action = {.sa_handler = wake};
  sigaction(SIGALRM, &action, 0);
  // What it writes is nobody's.
  for (int i = 0; i < 3; i++) dup2(open("/dev/null", O_RDWR), i);
  int numbers[2];
  open("file", O_RDWR | O_CREAT, 0600), open(".", O_RDONLY), open("file", O_RDONLY), pipe(numbers);
  socketpair(AF_UNIX, SOCK_STREAM, 0, numbers), socket(AF_INET, SOCK_STREAM, 0), epoll_create1(0), socket(AF_UNIX, SOCK_DGRAM, 0);
  for (long left = atoi(argv[2]); left > 0; left--) {
    long number = chance(3) ? chance(335) : chance(470);
    if (number == SYS_sync || number == SYS_syncfs) continue; // wait for the disks of everybody
    if (is_rare(number) && chance(100)) continue;
    // Whatever waits goes on after a while.
    struct itimerval timer = {{0, 20000}, {0, 20000}};
    if (left % 16 == 0) syscall(SYS_setitimer, ITIMER_REAL, &timer, 0);
    uint64_t list[6];
    for (int i = 0; i < 6; i++) list[i] = argument();
    syscall(number, list[0], list[1], list[2], list[3], list[4], list[5]);
  }
  return 0;
}

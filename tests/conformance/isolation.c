// Tries to leave the guest, in each way that docs/isolation.md names: a line for each says what came of it. "closed" is
// the only good result. isolation FOLDER
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

static pid_t host;
static const char *what;
static int tries, open_ways;

static void begin(const char *name) { what = name, tries = open_ways = 0; }
static void end(void) { printf("%s: %s\n", what, open_ways || !tries ? "OPEN" : "closed"); fflush(stdout); }

// A way that is closed fails.
static void fails(long result) {
  tries++;
  if (result >= 0) open_ways++, printf("  try %d of %s: %ld\n", tries, what, result);
}
static void holds(int condition) { fails(condition ? -1 : 0); }

static int opens(const char *path, int flags) {
  int file = open(path, flags);
  if (file >= 0) close(file);
  return file;
}

static char path[4096];
static const char *of(const char *format, pid_t pid) { return snprintf(path, sizeof path, format, pid), path; }

static int received(int pair, void *data, int size) {
  char control[64], byte;
  struct iovec vector = {&byte, 1};
  struct msghdr message = {0, 0, &vector, 1, control, sizeof control};
  if (recvmsg(pair, &message, 0) < 0) return -1;
  memcpy(data, CMSG_DATA(CMSG_FIRSTHDR(&message)), size);
  return 0;
}

static int sent(int pair, int descriptor) {
  char control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec vector = {"x", 1};
  struct msghdr message = {0, 0, &vector, 1, control, sizeof control};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  return sendmsg(pair, &message, 0);
}

static void memory(void) {
  char buffer[64];
  begin("memory of the host process through /proc");
  fails(opens("/proc/self/mem", O_RDWR));
  fails(opens("/proc/self/mem", O_RDONLY));
  fails(opens("/proc/thread-self/mem", O_RDWR));
  fails(opens(of("/proc/%d/mem", host), O_RDWR));
  fails(opens(of("/proc/%d/task/../mem", getpid()), O_RDWR));
  fails(opens(of("/proc/self/root/proc/%d/mem", host), O_RDWR));
  fails(opens(of("/proc/self/cwd/../../../../proc/%d/mem", host), O_RDWR));
  fails(opens(of("/proc/%d/root/proc/self/mem", 1), O_RDWR));
  for (pid_t tid = host; tid < host + 64; tid++) fails(opens(of("/proc/%d/mem", tid), O_RDWR));
  int proc = open("/proc", O_RDONLY | O_DIRECTORY);
  fails(openat(proc, "self/mem", O_RDWR));
  fails(openat(proc, of("%d/mem", host), O_RDWR));
  int self = open("/proc/self", O_PATH);
  fails(openat(self, "mem", O_RDWR));
  symlink("/proc/self/mem", "mem");
  fails(opens("mem", O_RDWR));
  struct { uint64_t flags, mode, resolve; } how = {O_RDWR, 0, 0};
  fails(syscall(SYS_openat2, proc, "self/mem", &how, sizeof how));
  char maps[65536];
  int file = open("/proc/self/maps", O_RDONLY);
  long size = read(file, maps, sizeof maps - 1);
  maps[size > 0 ? size : 0] = 0;
  holds(strstr(maps, "deno") == 0 && strstr(maps, "unicorn") == 0);
  end();

  begin("memory of other processes by system call");
  struct iovec mine = {buffer, 8}, other = {(void *)0x400000, 8};
  fails(syscall(SYS_process_vm_readv, host, &mine, 1, &other, 1, 0));
  fails(syscall(SYS_process_vm_writev, host, &mine, 1, &other, 1, 0));
  fails(syscall(SYS_process_vm_readv, getpid(), &mine, 1, &other, 1, 0));
  fails(syscall(SYS_process_madvise, 3, &mine, 1, MADV_DONTNEED, 0));
  fails(syscall(SYS_move_pages, 0, 1, &other, 0, 0, 0));
  fails(syscall(SYS_migrate_pages, 0, 1, buffer, buffer));
  fails(syscall(SYS_kcmp, host, host, 0, 0, 0));
  end();

  begin("ptrace");
  fails(ptrace(PTRACE_TRACEME, 0, 0, 0));
  fails(ptrace(PTRACE_ATTACH, host, 0, 0));
  fails(ptrace(PTRACE_SEIZE, host, 0, 0));
  end();

  begin("mappings and pointers past the guest's address space");
  uint64_t span = 1ull << 40;
  uint64_t places[] = {span, span + 0x1000, span - 0x1000, 1ull << 46, 0x7ffff0000000, 0x800000000000 - 0x1000, 1ull << 63, -4096ull};
  for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
    char *at = (char *)places[i];
    fails((long)mmap(at, 0x2000, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(at, 0x2000); // nothing is there to unmap: that is no error
    fails(mprotect(at, 0x2000, PROT_READ | PROT_WRITE));
    fails(madvise(at, 0x2000, MADV_DONTNEED));
    fails((long)mremap(&host, 4096, 0x2000, MREMAP_MAYMOVE | MREMAP_FIXED, at));
    int zero = open("/dev/zero", O_RDONLY);
    fails(read(zero, at + 0xfff, 0x1001));
    fails(write(open("/dev/null", O_WRONLY), at, 0x2000) == 0x2000 && places[i] < span ? -1 : -1);
    struct iovec vector = {at, 0x2000};
    fails(readv(zero, &vector, 1));
    fails(syscall(SYS_getcwd, at + 0x1000, 4096));
    fails(stat(at + 0x1000, (void *)buffer));
    fails(syscall(SYS_getrandom, at + 0x1000, 16, 0));
  }
  fails((long)mmap(0, span, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  fails((long)mmap(0, -4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  fails((long)mmap(0, 4096, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  holds((uint64_t)sbrk(0) < span && brk((void *)(span + 0x1000)) != 0);
  end();

  begin("userfaultfd");
  fails(syscall(SYS_userfaultfd, O_CLOEXEC));
  int uffd = open("/dev/userfaultfd", O_RDWR);
  fails(ioctl(uffd, _IO(0xaa, 0), 0));
  end();
}

static void on_fault(int signal) { write(1, "vsyscall: closed\n", 17); _exit(0); }

static void descriptors(void) {
  begin("descriptors of the host process");
  for (int i = 3; i < 200; i++) fails(fcntl(i, F_GETFD));
  for (int i = 3; i < 200; i++) fails(dup2(i, 900));
  fails(opens("/proc/self/fd/9", O_RDONLY));
  fails(opens("/dev/fd/9", O_RDONLY));
  fails(opens(of("/proc/%d/fd/3", host == getpid() ? getppid() : host), O_RDONLY));
  fails(opens(of("/proc/%d/cwd/.", 1), O_RDONLY));
  fails(opens(of("/proc/%d/root/etc", 1), O_RDONLY));
  fails(opens(of("/proc/%d/fd/0", getppid()), O_RDONLY));
  fails(syscall(SYS_pidfd_getfd, 3, 3, 0));
  int pair[2], got = -1, count = 0;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  for (int i = 5; i < 200; i++) fails(sent(pair[0], i));
  fails(sent(pair[0], -1));
  fails(sent(pair[0], AT_FDCWD));
  holds(sent(pair[0], pair[0]) == 1 && received(pair[1], &got, sizeof got) == 0 && got == 5);
  int value;
  socklen_t length = sizeof value;
  fails(getsockopt(pair[0], SOL_SOCKET, 77, &value, &length)); // SO_PEERPIDFD
  close(got), close(pair[0]), close(pair[1]);
  fails(close_range(3, 1000, 0) == 0 && opens("/dev/null", O_RDONLY) == 3 ? -1 : 0); // the host lives on
  end();
}

static void signals(void) {
  begin("signals to the host process, its parents and everybody");
  pid_t others[] = {1, getppid()};
  for (int i = 0; i < 2; i++) {
    if (others[i] <= 0) continue;
    fails(kill(others[i], SIGWINCH));
    if (others[i] != getpgrp()) fails(kill(-others[i], SIGWINCH));
    fails(syscall(SYS_tkill, others[i], SIGWINCH));
    fails(syscall(SYS_tgkill, others[i], others[i], SIGWINCH));
    fails(sigqueue(others[i], SIGWINCH, (union sigval){0}));
  }
  for (pid_t tid = host + 1; tid < host + 64; tid++) fails(syscall(SYS_tgkill, host, tid, SIGWINCH));
  fails(kill(-1, SIGWINCH));
  signal(SIGUSR1, SIG_IGN);
  kill(0, SIGUSR1);
  int ends[2];
  pipe(ends);
  struct { int type; pid_t pid; } owner = {2, getppid()};
  fcntl(ends[0], F_SETOWN, getppid()), fcntl(ends[0], F_SETOWN_EX, &owner), fcntl(ends[0], F_SETSIG, SIGKILL);
  fcntl(ends[0], F_SETFL, O_ASYNC);
  write(ends[1], "x", 1);
  holds(1);
  end();
}

static void terminals(void) {
  begin("terminal requests that type, take or give away");
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  grantpt(terminal), unlockpt(terminal);
  fails(ioctl(0, TIOCSTI, "x"));
  fails(ioctl(terminal, TIOCSTI, "x"));
  char subcode[2] = {2};
  fails(ioctl(terminal, TIOCLINUX, subcode));
  fails(ioctl(terminal, TIOCCONS));
  fails(ioctl(terminal, 0x5423, "\2\0\0\0")); // TIOCSETD
  int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  ioctl(terminal, TIOCSCTTY, 1), ioctl(terminal, TIOCNOTTY), ioctl(other, TIOCSCTTY, 1), ioctl(other, TIOCNOTTY), ioctl(0, TIOCNOTTY);
  end();
}

static void network(void) {
  begin("the network's settings, by netlink");
  struct { struct nlmsghdr h; struct ifinfomsg i; } change = {
      {sizeof change, RTM_SETLINK, NLM_F_REQUEST, 1, 0}, {.ifi_index = 1, .ifi_change = IFF_PROMISC, .ifi_flags = IFF_PROMISC}};
  struct { struct nlmsghdr h; struct rtgenmsg g; char rest[3]; typeof(change) then; } two = {
      {20, RTM_GETLINK, NLM_F_REQUEST, 1, 0}, {0}, {0}, change};
  struct sockaddr_nl kernel = {AF_NETLINK}, other = {AF_NETLINK, 0, 1}, groups = {AF_NETLINK, 0, 0, 1};
  int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), ends[2];
  fails(send(s, &change, sizeof change, 0));
  fails(sendto(s, &two, sizeof two, 0, (struct sockaddr *)&kernel, sizeof kernel));
  fails(sendto(s, &two, 20, 0, (struct sockaddr *)&other, sizeof other));
  fails(write(s, &change, sizeof change));
  struct iovec parts[2] = {{&change, 8}, {(char *)&change + 8, sizeof change - 8}};
  fails(writev(s, parts, 2));
  struct mmsghdr many = {{.msg_iov = parts, .msg_iovlen = 2}};
  fails(sendmmsg(s, &many, 1, 0));
  int file = memfd_create("change", 0);
  write(file, &change, sizeof change), lseek(file, 0, SEEK_SET);
  fails(sendfile(s, file, NULL, sizeof change));
  pipe(ends), write(ends[1], &change, sizeof change);
  fails(splice(ends[0], NULL, s, NULL, sizeof change, 0));
  fails(bind(s, (struct sockaddr *)&groups, sizeof groups));
  fails(connect(s, (struct sockaddr *)&other, sizeof other));
  fails(setsockopt(s, 270, 1, &(int){1}, 4)); // NETLINK_ADD_MEMBERSHIP
  fails(socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT));
  fails(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
  end();
}

static void calls(void) {
  char buffer[4096] = {0};
  begin("io_uring and aio");
  fails(syscall(SYS_io_uring_setup, 8, buffer));
  fails(syscall(SYS_io_setup, 8, buffer));
  end();
  network();
  begin("perf and bpf");
  fails(syscall(SYS_perf_event_open, buffer, host, -1, -1, 0));
  fails(syscall(SYS_bpf, 0, buffer, 72));
  end();
  begin("namespaces and mounts");
  fails(unshare(CLONE_NEWUSER | CLONE_NEWNS));
  fails(setns(0, 0));
  fails(mount("none", "/mnt", "tmpfs", 0, 0));
  fails(umount2("/proc", MNT_DETACH));
  fails(chroot("/"));
  fails(syscall(SYS_pivot_root, ".", "."));
  fails(syscall(SYS_fsopen, "tmpfs", 0));
  fails(syscall(SYS_open_tree, AT_FDCWD, "/proc", 1));
  fails(syscall(SYS_move_mount, 3, "", AT_FDCWD, "/mnt", 4));
  end();
  begin("the machine");
  fails(reboot(RB_DISABLE_CAD));
  fails(syscall(SYS_kexec_load, 0, 0, 0, 0));
  fails(syscall(SYS_kexec_file_load, -1, -1, 0, 0, 4));
  fails(syscall(SYS_init_module, buffer, 4096, ""));
  fails(syscall(SYS_finit_module, 0, "", 0));
  fails(syscall(SYS_delete_module, "none", 0));
  fails(syscall(SYS_swapoff, "/none"));
  fails(syscall(SYS_acct, 0));
  fails(sethostname("x", 1));
  fails(syscall(SYS_settimeofday, buffer, 0));
  fails(syscall(SYS_clock_settime, 0, buffer));
  fails(syscall(SYS_adjtimex, buffer));
  fails(syscall(SYS_iopl, 3));
  fails(syscall(SYS_ioperm, 0, 1, 1));
  fails(syscall(SYS_vhangup));
  fails(syscall(SYS_syslog, 5, 0, 0));
  end();
  begin("files by handle");
  struct { unsigned bytes; int type; char handle[128]; } handle = {128};
  fails(syscall(SYS_name_to_handle_at, AT_FDCWD, "/", &handle, buffer, 0));
  fails(syscall(SYS_open_by_handle_at, AT_FDCWD, &handle, 0));
  fails(syscall(SYS_fanotify_init, 0, 0));
  end();
  begin("memory and queues shared by number");
  fails(syscall(SYS_shmget, 0, 4096, 01600));
  fails(syscall(SYS_shmat, 0, 0, 0));
  fails(syscall(SYS_semget, 0, 1, 01600));
  fails(syscall(SYS_msgget, 0, 01600));
  fails(syscall(SYS_mq_open, "name", O_CREAT | O_RDWR, 0600, 0));
  fails(syscall(SYS_keyctl, 0, -3, 0));
  end();
  begin("segments and kernel-written memory");
  fails(syscall(SYS_modify_ldt, 1, buffer, 16));
  fails(syscall(SYS_rseq, buffer, 32, 0, 0));
  end();
  begin("filters that would bind the host");
  fails(prctl(PR_SET_SECCOMP, 1));
  fails(syscall(SYS_seccomp, 0, 0, 0));
  fails(syscall(SYS_landlock_restrict_self, 3, 0));
  end();
  begin("limits, priorities and identity of the host");
  struct rlimit small = {64, 64};
  setrlimit(RLIMIT_NOFILE, &small), setrlimit(RLIMIT_CPU, &small), setpriority(PRIO_PROCESS, 0, 19);
  syscall(SYS_setresuid, 65534, 65534, 65534), setsid(), umask(0777), nice(10);
  struct rlimit none = {0, 0};
  fails(prlimit(getppid() > 0 ? getppid() : 1, RLIMIT_CPU, &none, 0));
  end();
}

static void files(void) {
  begin("settings of the kernel");
  const char *names[] = {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
                         "/proc/self/attr/current", "/proc/sys/vm/drop_caches", "/proc/self/uid_map", "/proc/kcore", "/proc/kmsg"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) fails(opens(names[i], O_WRONLY)), fails(opens(names[i], O_RDWR | O_TRUNC));
  fails(truncate("/proc/sys/kernel/core_pattern", 0));
  fails(chmod("/proc/sys/kernel/core_pattern", 0666));
  end();
}

int main(int argc, char **argv) {
  host = getpid(); // the host process has the same
  chdir(argv[1]);
  setvbuf(stdout, 0, _IONBF, 0);
  descriptors();
  memory();
  signals();
  terminals();
  calls();
  files();
  begin("vsyscall");
  struct sigaction action = {.sa_handler = on_fault};
  sigaction(SIGSEGV, &action, 0);
  ((long (*)(long *))0xffffffffff600400)(0); // time(2), as old programs call it
  puts("vsyscall: OPEN");
}

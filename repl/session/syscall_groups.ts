/** Groups of system calls for `catch syscall group:NAME`: those that take paths, descriptors, and so on; as in strace(1). */

const FILE =
  "open openat openat2 creat stat lstat newfstatat statx access faccessat faccessat2 truncate chdir rename renameat " +
  "renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat readlink readlinkat chmod fchmodat " +
  "chown lchown fchownat utime utimes utimensat futimesat statfs mknod mknodat execve execveat chroot pivot_root " +
  "mount umount2 swapon swapoff acct getcwd setxattr lsetxattr getxattr lgetxattr listxattr llistxattr removexattr " +
  "lremovexattr inotify_add_watch name_to_handle_at fanotify_mark";
const DESCRIPTOR =
  "read write open openat openat2 creat close close_range fstat lseek poll ppoll select pselect6 ioctl " +
  "pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 pipe pipe2 dup dup2 dup3 fcntl flock fsync fdatasync " +
  "ftruncate getdents getdents64 fchdir fchmod fchown fstatfs fadvise64 fallocate readahead sendfile splice tee " +
  "vmsplice copy_file_range sync_file_range epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd " +
  "eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime inotify_init inotify_init1 " +
  "inotify_add_watch inotify_rm_watch memfd_create mmap socket socketpair bind listen accept accept4 connect " +
  "getsockname getpeername sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt " +
  "fgetxattr fsetxattr flistxattr fremovexattr";
const NETWORK =
  "socket socketpair bind listen accept accept4 connect getsockname getpeername sendto recvfrom sendmsg " +
  "recvmsg sendmmsg recvmmsg shutdown setsockopt getsockopt";
const PROCESS =
  "clone clone3 fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill rt_sigqueueinfo " +
  "rt_tgsigqueueinfo pidfd_open pidfd_send_signal arch_prctl unshare setns";
const SIGNAL = "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend " +
  "rt_tgsigqueueinfo sigaltstack kill tkill tgkill pause signalfd signalfd4 pidfd_send_signal";
const MEMORY = "mmap munmap mprotect mremap brk madvise mlock mlock2 munlock mlockall munlockall msync mincore " +
  "remap_file_pages mbind set_mempolicy get_mempolicy migrate_pages move_pages pkey_mprotect shmat shmdt";
const IPC = "shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl";

const words = (text: string) => text.split(" ");

/** Names by group. */
export const SYSCALL_GROUPS: Readonly<Record<string, readonly string[]>> = {
  file: words(FILE),
  descriptor: words(DESCRIPTOR),
  network: words(NETWORK),
  process: words(PROCESS),
  signal: words(SIGNAL),
  memory: words(MEMORY),
  ipc: words(IPC),
};

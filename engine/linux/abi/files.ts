/**
 * Constants of the file calls: facts of `<fcntl.h>`, `<sys/stat.h>`, `<linux/fs.h>`, `<poll.h>`, `<sys/epoll.h>`,
 * `<linux/stat.h>` and `<linux/magic.h>` on x86-64. Names are the C names, so that strace lines can show them.
 */

/** Flags of open(2) without the access mode, in the order in which strace(1) shows them. */
export const OPEN_FLAGS = {
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NOCTTY: 0o400,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_SYNC: 0o4010000,
  O_DSYNC: 0o10000,
  O_ASYNC: 0o20000,
  O_DIRECT: 0o40000,
  O_LARGEFILE: 0o100000,
  O_NOFOLLOW: 0o400000,
  O_NOATIME: 0o1000000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
  O_TMPFILE: 0o20200000,
  O_DIRECTORY: 0o200000,
} as const;
/** Access modes of open(2). */
export const ACCESS_MODE = { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, MASK: 3 } as const;

/** Flags of the calls whose names end in `at`. */
export const AT_FLAGS = {
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
  AT_STATX_FORCE_SYNC: 0x2000,
  AT_STATX_DONT_SYNC: 0x4000,
} as const;
/** Flags of unlinkat(2). */
export const UNLINK_FLAGS = { AT_REMOVEDIR: 0x200 } as const;
/** Flags of faccessat2(2). */
export const ACCESS_FLAGS = { AT_EACCESS: 0x200, AT_SYMLINK_NOFOLLOW: 0x100, AT_EMPTY_PATH: 0x1000 } as const;
/** Modes of access(2). */
export const ACCESS = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 } as const;
/** Flags of renameat2(2). */
export const RENAME_FLAGS = { RENAME_NOREPLACE: 1, RENAME_EXCHANGE: 2, RENAME_WHITEOUT: 4 } as const;
/** The working directory, as a directory descriptor. */
export const AT_FDCWD = -100;

/** Types of files, in `st_mode`. */
export const FILE_TYPE = {
  MASK: 0o170000,
  SOCKET: 0o140000,
  LINK: 0o120000,
  REGULAR: 0o100000,
  BLOCK: 0o060000,
  DIRECTORY: 0o040000,
  CHARACTER: 0o020000,
  FIFO: 0o010000,
} as const;
/** Offsets in `struct stat`. */
export const STAT = { DEVICE: 0, INODE: 8, LINKS: 16, MODE: 24, RDEV: 40, SIZE: 48, BLOCKS: 64, BYTES: 144 } as const;
/** Offsets in `struct statx`. */
export const STATX = { LINKS: 16, MODE: 28, INODE: 32, SIZE: 40, BLOCKS: 48, BYTES: 256 } as const;
/** Bytes of `struct statfs`. */
export const STATFS_BYTES = 120;
/** `f_type` of procfs. */
export const PROC_SUPER_MAGIC = 0x9fa0;
/** Inode of the root of any procfs. */
export const PROC_ROOT_INODE = 1n;

/** Fields of statx(2). */
export const STATX_MASK = {
  STATX_ALL: 0xfff,
  STATX_BASIC_STATS: 0x7ff,
  STATX_TYPE: 1,
  STATX_MODE: 2,
  STATX_NLINK: 4,
  STATX_UID: 8,
  STATX_GID: 0x10,
  STATX_ATIME: 0x20,
  STATX_MTIME: 0x40,
  STATX_CTIME: 0x80,
  STATX_INO: 0x100,
  STATX_SIZE: 0x200,
  STATX_BLOCKS: 0x400,
  STATX_BTIME: 0x800,
  STATX_MNT_ID: 0x1000,
} as const;

/** Commands of fcntl(2). */
export const FCNTL = {
  F_DUPFD: 0,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  F_GETLK: 5,
  F_SETLK: 6,
  F_SETLKW: 7,
  F_SETOWN: 8,
  F_GETOWN: 9,
  F_SETSIG: 10,
  F_GETSIG: 11,
  F_SETOWN_EX: 15,
  F_GETOWN_EX: 16,
  F_OFD_GETLK: 36,
  F_OFD_SETLK: 37,
  F_OFD_SETLKW: 38,
  F_SETLEASE: 1024,
  F_GETLEASE: 1025,
  F_NOTIFY: 1026,
  F_DUPFD_CLOEXEC: 1030,
  F_SETPIPE_SZ: 1031,
  F_GETPIPE_SZ: 1032,
  F_ADD_SEALS: 1033,
  F_GET_SEALS: 1034,
} as const;
/** Flags of fcntl(2)'s F_SETFD. */
export const DESCRIPTOR_FLAGS = { FD_CLOEXEC: 1 } as const;
/** Origins of lseek(2). */
export const SEEK = { SEEK_SET: 0, SEEK_CUR: 1, SEEK_END: 2, SEEK_DATA: 3, SEEK_HOLE: 4 } as const;
/** Operations of flock(2). */
export const LOCK = { LOCK_SH: 1, LOCK_EX: 2, LOCK_NB: 4, LOCK_UN: 8 } as const;
/** Flags of preadv2(2) and pwritev2(2). */
export const RWF = {
  RWF_HIPRI: 1,
  RWF_DSYNC: 2,
  RWF_SYNC: 4,
  RWF_NOWAIT: 8,
  RWF_APPEND: 0x10,
  RWF_NOAPPEND: 0x20,
} as const;

/** Events of poll(2). */
export const POLL = {
  POLLIN: 1,
  POLLPRI: 2,
  POLLOUT: 4,
  POLLERR: 8,
  POLLHUP: 0x10,
  POLLNVAL: 0x20,
  POLLRDNORM: 0x40,
  POLLRDBAND: 0x80,
  POLLWRNORM: 0x100,
  POLLWRBAND: 0x200,
  POLLRDHUP: 0x2000,
} as const;
/** Operations of epoll_ctl(2). */
export const EPOLL_OPERATIONS = { EPOLL_CTL_ADD: 1, EPOLL_CTL_DEL: 2, EPOLL_CTL_MOD: 3 } as const;
/** Bytes of `struct epoll_event`, which is packed. */
export const EPOLL_EVENT_BYTES = 12;

/** Flags of pipe2(2). */
export const PIPE_FLAGS = { O_NONBLOCK: 0o4000, O_DIRECT: 0o40000, O_CLOEXEC: 0o2000000 } as const;
/** Flags of eventfd2(2). */
export const EVENT_FLAGS = { EFD_SEMAPHORE: 1, EFD_NONBLOCK: 0o4000, EFD_CLOEXEC: 0o2000000 } as const;
/** Flags of memfd_create(2). */
export const MEMFD = {
  MFD_CLOEXEC: 1,
  MFD_ALLOW_SEALING: 2,
  MFD_HUGETLB: 4,
  MFD_NOEXEC_SEAL: 8,
  MFD_EXEC: 16,
} as const;
/** Flags of close_range(2). */
export const CLOSE_RANGE = { CLOSE_RANGE_UNSHARE: 2, CLOSE_RANGE_CLOEXEC: 4 } as const;
/** Flags of openat2(2)'s `resolve`. */
export const RESOLVE = {
  RESOLVE_NO_XDEV: 1,
  RESOLVE_NO_MAGICLINKS: 2,
  RESOLVE_NO_SYMLINKS: 4,
  RESOLVE_BENEATH: 8,
  RESOLVE_IN_ROOT: 16,
  RESOLVE_CACHED: 32,
} as const;
/** Flags of fallocate(2). */
export const FALLOCATE = {
  FALLOC_FL_KEEP_SIZE: 1,
  FALLOC_FL_PUNCH_HOLE: 2,
  FALLOC_FL_COLLAPSE_RANGE: 8,
  FALLOC_FL_ZERO_RANGE: 16,
  FALLOC_FL_INSERT_RANGE: 32,
  FALLOC_FL_UNSHARE_RANGE: 64,
} as const;
/** Flags of splice(2). */
export const SPLICE = { SPLICE_F_MOVE: 1, SPLICE_F_NONBLOCK: 2, SPLICE_F_MORE: 4, SPLICE_F_GIFT: 8 } as const;
/** Flags of inotify_init1(2). */
export const INOTIFY_FLAGS = { IN_NONBLOCK: 0o4000, IN_CLOEXEC: 0o2000000 } as const;
/** Flags of setxattr(2). */
export const XATTR_FLAGS = { XATTR_CREATE: 1, XATTR_REPLACE: 2 } as const;
/** Advice of posix_fadvise(2). */
export const FADVISE = {
  POSIX_FADV_NORMAL: 0,
  POSIX_FADV_RANDOM: 1,
  POSIX_FADV_SEQUENTIAL: 2,
  POSIX_FADV_WILLNEED: 3,
  POSIX_FADV_DONTNEED: 4,
  POSIX_FADV_NOREUSE: 5,
} as const;

/**
 * Calls that guests do not get, because they would reach the host process, other processes or the machine; or because
 * nothing here stands for what they are about. Each fails as on a Linux where it is not permitted or not built in, which
 * programs expect. See docs/isolation.md.
 */

import { ERRNO, errnoName } from "../abi/errno.ts";
import { optional } from "../parameters.ts";
import { type Syscall, syscall } from "../syscall.ts";

/** What none of these takes apart: up to six registers. */
const PARAMETERS = { a: optional, b: optional, c: optional, d: optional, e: optional, f: optional };

function refused(errno: number, why: string, names: readonly string[]): Syscall[] {
  const note = `${why}: fails with ${errnoName(errno)}`;
  return names.map((name) => syscall(name, "refused", PARAMETERS, () => -errno, note));
}

/** The rows. */
export const refusedRows: readonly Syscall[] = [
  ...refused(ERRNO.EPERM, "Reaches into other processes, and all guests are in the host's", [
    ...["process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "pidfd_getfd", "kcmp"],
    ...["move_pages", "migrate_pages"],
  ]),
  ...refused(ERRNO.EPERM, "Hands page faults of the whole host process to the guest", ["userfaultfd"]),
  ...refused(ERRNO.EPERM, "Changes which file systems there are and where", [
    ...[
      "mount",
      "umount2",
      "pivot_root",
      "chroot",
      "move_mount",
      "open_tree",
      "fsopen",
      "fsconfig",
      "fsmount",
      "fspick",
    ],
    ...["mount_setattr", "statmount", "listmount", "quotactl", "quotactl_fd"],
  ]),
  ...refused(ERRNO.EPERM, "Is the administrator's, for the whole machine", [
    ...["swapon", "swapoff", "acct", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"],
    ...["adjtimex", "clock_adjtime", "iopl", "ioperm", "vhangup", "lookup_dcookie"],
  ]),
  ...refused(ERRNO.EPERM, "Finds files by number instead of by path, past the root and permissions", [
    ...["open_by_handle_at", "fanotify_init", "fanotify_mark"],
  ]),
  ...refused(ERRNO.EOPNOTSUPP, "Numbers are for open_by_handle_at(2)", ["name_to_handle_at"]),
  ...refused(ERRNO.ENOSYS, "Does system calls past this table", [
    ...["io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_destroy", "io_submit", "io_cancel"],
    ...["io_getevents", "io_pgetevents"],
  ]),
  ...refused(ERRNO.ENOSYS, "Segments of the host's descriptor table", ["modify_ldt"]),
  ...refused(ERRNO.ENOSYS, "Memory that all processes of the host share by number", [
    ...["shmget", "shmat", "shmdt", "shmctl"],
  ]),
  ...refused(ERRNO.ENOSYS, "Semaphores and queues that all processes of the host share", [
    ...["semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl"],
    ...["mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"],
  ]),
  ...refused(ERRNO.ENOSYS, "Keys of the host's user", ["add_key", "request_key", "keyctl"]),
  ...refused(ERRNO.ENOSYS, "The guest sees no NUMA", ["mbind", "set_mempolicy", "set_mempolicy_home_node"]),
  ...refused(ERRNO.ENOSYS, "The guest's CPU has no such protection of memory", [
    ...["pkey_mprotect", "pkey_alloc", "pkey_free", "map_shadow_stack", "memfd_secret", "mseal"],
  ]),
  ...refused(ERRNO.EOPNOTSUPP, "Would bind the host process too", [
    ...["landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"],
  ]),
  ...refused(ERRNO.ENOSYS, "Tells of the host's security modules", [
    ...["lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules"],
  ]),
  ...refused(ERRNO.ENOSYS, "Older or newer than what programs need", [
    ...["uselib", "ustat", "sysfs"],
    ...["setxattrat", "getxattrat", "listxattrat", "removexattrat", "cachestat", "remap_file_pages"],
  ]),
];

/** Numbers that Linux itself has no call for on x86-64, whatever their names: the same error. */
export const emptyRows: readonly Syscall[] = [
  ...[
    "_sysctl",
    "create_module",
    "get_kernel_syms",
    "query_module",
    "nfsservctl",
    "getpmsg",
  ],
  ...["putpmsg", "afs_syscall", "tuxcall", "security", "set_thread_area", "get_thread_area", "epoll_ctl_old"],
  ...["epoll_wait_old", "vserver"],
].map((name) =>
  syscall(name, "full", PARAMETERS, () => -ERRNO.ENOSYS, "No call on today's Linux either: fails with ENOSYS")
);

/** Flags of clone(2) and the layout of clone3(2)'s arguments, from `<linux/sched.h>`. */

export const CLONE = {
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x1_0000,
  CLONE_NEWNS: 0x2_0000,
  CLONE_SYSVSEM: 0x4_0000,
  CLONE_SETTLS: 0x8_0000,
  CLONE_PARENT_SETTID: 0x10_0000,
  CLONE_CHILD_CLEARTID: 0x20_0000,
  CLONE_DETACHED: 0x40_0000,
  CLONE_UNTRACED: 0x80_0000,
  CLONE_CHILD_SETTID: 0x100_0000,
  CLONE_NEWCGROUP: 0x200_0000,
  CLONE_NEWUTS: 0x400_0000,
  CLONE_NEWIPC: 0x800_0000,
  CLONE_NEWUSER: 0x1000_0000,
  CLONE_NEWPID: 0x2000_0000,
  CLONE_NEWNET: 0x4000_0000,
  CLONE_IO: 0x8000_0000,
} as const;

/** Flags that make name spaces. */
export const NEW_NAMESPACES: number = CLONE.CLONE_NEWNS | CLONE.CLONE_NEWCGROUP | CLONE.CLONE_NEWUTS |
  CLONE.CLONE_NEWIPC | CLONE.CLONE_NEWUSER | CLONE.CLONE_NEWPID | CLONE.CLONE_NEWNET;

/** The signal to send at the end, in the lowest byte of clone(2)'s flags. */
export const CSIGNAL = 0xff;

/** A flag of clone3(2) only: signals with handlers get their default actions. */
export const CLONE_CLEAR_SIGHAND = 0x1_0000_0000;
/** Another: the process is put into a control group. */
export const CLONE_INTO_CGROUP = 0x2_0000_0000;

/** Offsets in `struct clone_args`, 64-bit words all. */
export const CLONE_ARGS = {
  FLAGS: 0,
  PIDFD: 8,
  CHILD_TID: 16,
  PARENT_TID: 24,
  EXIT_SIGNAL: 32,
  STACK: 40,
  STACK_SIZE: 48,
  TLS: 56,
  SET_TID: 64,
  SET_TID_SIZE: 72,
  /** Bytes of the shortest that there ever was, and of all fields above. */
  LEAST: 64,
  ALL: 88,
} as const;

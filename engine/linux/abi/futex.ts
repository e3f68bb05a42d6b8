/** Operations of futex(2), from `<linux/futex.h>`. */
export const FUTEX = {
  FUTEX_WAIT: 0,
  FUTEX_WAKE: 1,
  FUTEX_FD: 2,
  FUTEX_REQUEUE: 3,
  FUTEX_CMP_REQUEUE: 4,
  FUTEX_WAKE_OP: 5,
  FUTEX_LOCK_PI: 6,
  FUTEX_UNLOCK_PI: 7,
  FUTEX_TRYLOCK_PI: 8,
  FUTEX_WAIT_BITSET: 9,
  FUTEX_WAKE_BITSET: 10,
} as const;

/** Flags of the operation. */
export const FUTEX_PRIVATE_FLAG = 128;
export const FUTEX_CLOCK_REALTIME = 256;

/** Bits of a futex word that a lock is: who holds it, whether its holder died, whether others wait. */
export const FUTEX_TID_MASK = 0x3fff_ffff;
export const FUTEX_OWNER_DIED = 0x4000_0000;
export const FUTEX_WAITERS = 0x8000_0000;

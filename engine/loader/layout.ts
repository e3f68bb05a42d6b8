/** Where things go in a guest's address space, the same in every run. The guest's span is 2^40 bytes. */

/** Load bias of a position-independent program. */
export const PROGRAM_BASE = 0x55_5555_4000;
/** End of the stack. */
export const STACK_TOP = 0xff_ffff_e000;
/** Bytes of the stack, as `ulimit -s` has them by default; they take host memory only as they are touched. */
export const STACK_SIZE = 8 * 2 ** 20;
/** Bytes below the stack that nothing is mapped in: running into them is a stack overflow. */
export const STACK_GUARD = 2 ** 20;
/** mmap(2) looks for room from here downward. */
export const MAPPING_TOP = STACK_TOP - STACK_SIZE - STACK_GUARD;
/** The lowest address a guest may map, as vm.mmap_min_addr has it. */
export const LOWEST_ADDRESS = 0x10000;

// The limits of both sides of the comparison.
/** Ample: the slowest test takes seconds, and a machine that does much else takes them several times. */
export const SOFT_MS = 60_000
export const HARD_MS = 120_000
/** Ample: some tests fill 64 MiB to the last one, which the profile holds. */
export const MEMORY_BYTES: number = 128 * 1024 * 1024
export const STACK_BYTES: number = 32 * 1024

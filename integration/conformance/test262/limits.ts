// The limits of both sides of the comparison.
export const SOFT_MS = 20_000
export const HARD_MS = 40_000
/** Ample: some tests fill 64 MiB to the last one, which the profile holds. */
export const MEMORY_BYTES: number = 128 * 1024 * 1024
export const STACK_BYTES: number = 32 * 1024

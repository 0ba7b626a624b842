// What the closure notes of a row, one bit each.

/** Selected for itself or as a child. */
export const DOWN = 1
/** Named by an edge whose parents must be there. */
export const REQUIRED = 2
/** Not there. */
export const ABSENT = 4
export const DROPPED = 8
/** Waits to be expanded. */
export const QUEUED = 16
/** Its bytes are counted. */
export const COUNTED = 32

// What became of an event.

/** The event was not enabled; a sentinel, equal across copies of this package. Returned, never thrown. */
export const ErrDisabled: unique symbol = Symbol.for('@loopwright/logiface.disabled') as typeof ErrDisabled
/** The event was refused by a rate limit; a sentinel like `ErrDisabled`. */
export const ErrLimited: unique symbol = Symbol.for('@loopwright/logiface.limited') as typeof ErrLimited

/** `undefined`: done. A sentinel: dropped in silence. An error: dropped, and reported. */
export type Outcome = undefined | typeof ErrDisabled | typeof ErrLimited | Error

// The state of a promise in one number: what it came to, what it waits for, and how it stands as a job.

export const FULFILLED = 1
export const REJECTED = 2
export const SETTLED = 3 // either
/** Its resolving functions have been used. */
export const RESOLVED = 4
/** Has, or had, at least one reaction. */
export const HANDLED = 8
/** Its rejection went to the unhandled report. */
export const REPORTED = 16
/** Another pending promise of the loop settles it. */
export const DEPENDENT = 32
/** The last job of its batch. */
export const LAST = 64
/** As a job: subscribe it to the promise it was resolved with. Neither this nor CALL: run its handler, what it waited for has settled. */
export const ADOPT = 128
/** As a job: call `onFulfilled`, the `then` of the thenable that it was resolved with. */
export const CALL = 256
/** Stands for handlers whose outcome nobody sees. */
export const CARRIER = 512
/** Its handlers were attached when handlers no longer ran. */
export const LATE = 1024
/** Was handed to the registry. */
export const HELD = 2048
/** Above the flags: the place in the chunk of the registry. */
export const PLACE_SHIFT = 16
/** All below it. */
export const FLAGS = 0xffff

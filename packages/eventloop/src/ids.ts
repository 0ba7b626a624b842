// Branded identifiers: a number that names a timer is not a number that counts.

declare const timerId: unique symbol
declare const immediateId: unique symbol

/** Names one timer or interval of one loop. A safe integer above 0; never issued twice by the same loop; not ordered. */
export type TimerId = number & { readonly [timerId]: true }
/** Names one immediate of one loop. A safe integer above 0; never issued twice by the same loop. */
export type ImmediateId = number & { readonly [immediateId]: true }

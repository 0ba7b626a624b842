// Requests that a producer makes of the loop itself; the poll phase carries them out.

/** In the order of their numbers on the wire. */
export const CONTROL_NAMES = ['shutdown', 'close', 'cancelTimer', 'cancelTimers', 'refTimer', 'unrefTimer'] as const
export type ControlName = (typeof CONTROL_NAMES)[number]

/**
 * What may be asked of the loop from another thread. Each returns at once: `true` if the request was admitted, `false` if
 * the ring is full or closed. A request is carried out in the poll phase of the next turn, before records of the same
 * producer that were published earlier; those are still read.
 */
export interface ProducerRequests {
  shutdown(): boolean
  close(): boolean
  cancelTimer(id: number): boolean
  cancelTimers(ids: readonly number[]): boolean
  refTimer(id: number): boolean
  unrefTimer(id: number): boolean
}

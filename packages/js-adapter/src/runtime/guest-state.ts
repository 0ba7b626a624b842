// Where a guest's parts lie in its memory: what is needed, besides the memory itself, to go on from a copy of it.
import type { InstancePointers } from '../engine/instance.ts'

export interface TrackerState {
  /** Index in the function table. */
  readonly index: number
  /** Address of two values, for what the engine hands over. */
  readonly cell: number
}

/** Addresses are those of the instance it was taken from, and of every copy. */
export interface GuestState {
  readonly pointers: InstancePointers
  /** Addresses of the profile's functions, in the order of `PRELUDE_EXPORTS`. */
  readonly functions: readonly number[]
  readonly lengthName: number
  readonly tracker: TrackerState | undefined
}

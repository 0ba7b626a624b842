// Limits of a thread, and the guest's stack that fits into it.
import { INLINE_STACK_BYTES } from '../limits.ts'
import type { StackBounds } from '../limits.ts'

/** Limits of the thread, as Node gives them to a worker. */
export interface ThreadLimits {
  /** Native stack in MiB. 4 to 256. Default 16. The guest may use 32 KiB of each. */
  readonly stackSizeMb?: number | undefined
  /** V8's heap for what survives, in MiB. 16 to 65 536. Default: Node's. */
  readonly maxOldGenerationSizeMb?: number | undefined
  /** V8's heap for what is young, in MiB. 1 to 4096. Default: Node's. */
  readonly maxYoungGenerationSizeMb?: number | undefined
}
export type ResolvedThreadLimits = ThreadLimits & { readonly stackSizeMb: number }

const DEFAULT_STACK_MB = 16
const MOST_STACK_MB = 256
export const DEFAULT_GUEST_STACK_BYTES: number = 512 * 1024
export const MOST_GUEST_STACK_BYTES: number = MOST_STACK_MB * INLINE_STACK_BYTES

function inRange(member: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${member} must be a number, got ${typeof value}`)
  if (!(value >= min && value <= max)) throw new RangeError(`${member} must be from ${min} to ${max}, got ${value}`)
  return value
}

export function resolveThreadLimits(given: ThreadLimits = {}): ResolvedThreadLimits {
  const { stackSizeMb = DEFAULT_STACK_MB, maxOldGenerationSizeMb, maxYoungGenerationSizeMb } = given
  return {
    stackSizeMb: inRange('resourceLimits.stackSizeMb', stackSizeMb, 4, MOST_STACK_MB),
    ...(maxOldGenerationSizeMb === undefined
      ? {}
      : { maxOldGenerationSizeMb: inRange('resourceLimits.maxOldGenerationSizeMb', maxOldGenerationSizeMb, 16, 65_536) }),
    ...(maxYoungGenerationSizeMb === undefined
      ? {}
      : { maxYoungGenerationSizeMb: inRange('resourceLimits.maxYoungGenerationSizeMb', maxYoungGenerationSizeMb, 1, 4096) }),
  }
}

/** The native stack, in MiB, that a guest's stack needs. */
export function stackSizeMbFor(stackBytes: number): number {
  return Math.max(DEFAULT_STACK_MB, Math.ceil(stackBytes / INLINE_STACK_BYTES))
}

/** Measured on Node 20, the strictest: 512 KiB of guest stack need 16 MiB, 2 MiB need 64. */
export function stackBoundsOf({ stackSizeMb }: { readonly stackSizeMb: number }): StackBounds {
  const most = Math.floor(stackSizeMb * INLINE_STACK_BYTES)
  return { most, usual: Math.min(most, DEFAULT_GUEST_STACK_BYTES) }
}

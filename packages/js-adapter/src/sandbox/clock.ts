// The two clocks of a sandbox: the platform's for limits, and the guest's own.
import type { TimeSource } from '../engine/time-imports.ts'
import type { LoopLike } from '../ports.ts'

/** The platform's monotonic clock, for limits. */
export function clockMs(): number {
  return performance.now()
}

export interface GuestClockOptions {
  readonly clock: 'monotonic' | 'loop'
  readonly loop: LoopLike
  readonly hardened?: boolean | undefined
  readonly deterministic?: { readonly epochMs: number } | undefined
}

/** Guest time: starts near 0 when the sandbox is made. */
export class GuestClock {
  readonly #loop: LoopLike | undefined
  readonly #originMs: number
  /** Guest time at which the guest was made. */
  readonly createdAtMs: number
  /** Wall-clock time at that moment. */
  readonly epochMs: number
  /** What the guest's wall clock reads in place of the platform's, in UTC; `undefined` leaves it the platform's. */
  readonly source: TimeSource | undefined

  constructor({ clock, loop, hardened = false, deterministic }: GuestClockOptions) {
    this.#loop = clock === 'loop' ? loop : undefined
    this.#originMs = this.#read() - 1
    this.createdAtMs = this.nowMs()
    this.epochMs = deterministic?.epochMs ?? Date.now()
    if (deterministic !== undefined)
      this.source = { nowEpochMs: () => this.epochMs + Math.floor(this.nowMs() - this.createdAtMs) }
    else if (hardened) this.source = { nowEpochMs: () => Date.now() }
    else this.source = undefined
  }
  nowMs(): number {
    return this.#read() - this.#originMs
  }
  #read(): number {
    return this.#loop === undefined ? performance.now() : this.#loop.nowMs()
  }
}

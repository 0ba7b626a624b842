// The two clocks of a sandbox: the platform's for limits, and the guest's own.
import type { LoopLike } from '../ports.ts'

/** The platform's monotonic clock, for limits. */
export function clockMs(): number {
  return performance.now()
}

/** Guest time: starts near 0 when the sandbox is made. */
export class GuestClock {
  readonly #loop: LoopLike | undefined
  readonly #originMs: number

  constructor({ clock, loop }: { readonly clock: 'monotonic' | 'loop'; readonly loop: LoopLike }) {
    this.#loop = clock === 'loop' ? loop : undefined
    this.#originMs = this.#read() - 1
  }
  nowMs(): number {
    return this.#read() - this.#originMs
  }
  #read(): number {
    return this.#loop === undefined ? performance.now() : this.#loop.nowMs()
  }
}

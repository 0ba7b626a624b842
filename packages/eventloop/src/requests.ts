// Calls that are admitted or not, and never wait: for work that a graceful end is itself waiting for.
import type { Lifecycle } from './lifecycle.ts'
import type { TimerCalls } from './timers/timer-calls.ts'

/** `true` means admitted: the effect follows without anybody waiting for it here. */
export class LoopRequests {
  readonly #lifecycle: Lifecycle
  readonly #timers: TimerCalls

  constructor(lifecycle: Lifecycle, timers: TimerCalls) {
    this.#lifecycle = lifecycle
    this.#timers = timers
  }

  /** Asks for a graceful end. @returns `false` if the loop is ending or has ended. */
  shutdown(): boolean {
    return this.#lifecycle.begin('shutdown')
  }

  /** Asks for an immediate end. @returns `false` if that is under way or over. */
  close(): boolean {
    return this.#lifecycle.begin('close')
  }

  cancelTimer(id: number): boolean {
    return this.#lifecycle.accepting && this.#timers.cancel(id)
  }

  /** @returns `true` if all were pending. */
  cancelTimers(ids: Iterable<number>): boolean {
    if (!this.#lifecycle.accepting) return false
    const list = [...ids]
    return this.#timers.cancelAll(list) === list.length
  }

  refTimer(id: number): boolean {
    return this.#lifecycle.accepting && this.#timers.setRef(id, true)
  }

  unrefTimer(id: number): boolean {
    return this.#lifecycle.accepting && this.#timers.setRef(id, false)
  }
}

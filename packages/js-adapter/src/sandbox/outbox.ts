// What is to be told to sinks outside: at once, or when no guard can cut it in two any more.
import type { Guard } from '../engine/guard.ts'

/**
 * V8 may end a guard at any instruction, and then no `finally` runs: a sink that was writing would be left half-written. So under a guard
 * everything waits, in order, until the guard has been left.
 */
export class Outbox {
  #guard: Guard | undefined
  readonly #waiting: (() => void)[] = []
  #scheduled = false
  #delivering = false

  /** The engine's guard, as soon as it is known. One that cuts nothing in two is none: then everything is told at once. */
  watch(guard: Guard): void {
    if (guard.cuts) this.#guard = guard
  }
  /** `work` throws nothing. */
  post(work: () => void): void {
    if (this.#guard?.active !== true && this.#waiting.length === 0 && !this.#delivering) {
      work()
      return
    }
    this.#waiting.push(work)
    if (this.#scheduled) return
    this.#scheduled = true
    // For what is posted under the guard of another guest: nothing of ours comes after it.
    queueMicrotask(() => {
      this.#scheduled = false
      this.deliver()
    })
  }
  /** Delivers what waits, unless a guard is still running. */
  deliver(): void {
    if (this.#delivering || this.#waiting.length === 0 || this.#guard?.active === true) return
    this.#delivering = true
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next()
    } finally {
      this.#delivering = false
    }
  }
}

// The monotonic counter.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'

export interface CounterOptions {
  /** Tells the time of creation and of resets. Default: the platform's clock. */
  readonly clock?: MetricsClock | undefined
}

/** Sum of finite numbers >= 0, exact for integers; it stays at 2^53 - 1 once it gets there. */
export class Counter {
  readonly #clock: MetricsClock
  #value = 0
  #rejected = 0
  #startEpochMs: number

  constructor({ clock = systemClock }: CounterOptions = {}) {
    this.#clock = clock
    this.#startEpochMs = clock.epochMs()
  }

  /** Adds `amount` (default 1). Never throws: NaN, Infinity, negative numbers and what is no number are counted as rejected. */
  add(amount = 1): void {
    if (typeof amount !== 'number' || !(amount >= 0 && amount < Number.POSITIVE_INFINITY)) {
      this.#rejected++
      return
    }
    this.#value = Math.min(this.#value + amount, Number.MAX_SAFE_INTEGER)
  }

  get value(): number {
    return this.#value
  }

  /** Calls of `add` that were refused. */
  get rejected(): number {
    return this.#rejected
  }

  /** Wall-clock time of creation or of the last reset. */
  get startEpochMs(): number {
    return this.#startEpochMs
  }

  /** Back to zero; exporters then report a new start time. */
  reset(): void {
    this.#value = 0
    this.#rejected = 0
    this.#startEpochMs = this.#clock.epochMs()
  }
}

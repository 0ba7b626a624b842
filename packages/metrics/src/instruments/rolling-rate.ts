// Events a second over a window that moves with the clock.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { integerOption, numberOption } from '../errors.ts'

export interface RollingRateOptions {
  /** Length of the window in ms. 1 to 86 400 000. Default 10 000. */
  readonly windowMs?: number | undefined
  /** Length of one bucket in ms; the window is a whole number of them, 1 to 10 000. Default 100. */
  readonly bucketMs?: number | undefined
  readonly clock?: MetricsClock | undefined
}

/**
 * Sum of what was added in the last `windowMs`, a second. While the window has not passed once, the age of the first
 * bucket takes its place, so the rate is right from the start. An idle gap longer than the window clears it. Time that
 * goes back is no time. Memory: one number a bucket.
 */
export class RollingRate {
  readonly windowMs: number
  readonly bucketMs: number
  readonly #clock: MetricsClock
  /** One more than the window has, so that the oldest can leave gradually. */
  readonly #buckets: Float64Array
  #originMs = 0
  #latestMs = 0
  /** Number of the current bucket since the origin; -1: nothing was added yet. */
  #bucket = -1
  #rejected = 0

  /** @throws MetricsError `ERR_METRICS_OPTION` */
  constructor({ windowMs = 10_000, bucketMs = 100, clock = systemClock }: RollingRateOptions = {}) {
    this.windowMs = numberOption('windowMs', windowMs, 1, 86_400_000)
    this.bucketMs = numberOption('bucketMs', bucketMs, 0.001, windowMs)
    this.#buckets = new Float64Array(integerOption('windowMs / bucketMs', windowMs / bucketMs, 1, 10_000) + 1)
    this.#clock = clock
  }

  /** Counts `amount` (default 1) now. Never throws: what is not a finite number >= 0 is counted as rejected. */
  add(amount = 1, nowMs: number = this.#clock.nowMs()): void {
    if (typeof amount !== 'number' || !(amount >= 0 && amount < Number.POSITIVE_INFINITY) || !Number.isFinite(nowMs)) {
      this.#rejected++
      return
    }
    this.#advance(nowMs)
    if (this.#bucket < 0) {
      this.#originMs = nowMs
      this.#latestMs = nowMs
      this.#bucket = 0
    }
    const slot = this.#bucket % this.#buckets.length
    this.#buckets[slot] = (this.#buckets[slot] as number) + amount
  }

  /** The rate at `nowMs` on the rate's clock; 0 when nothing was added within the window. Costs a pass over the buckets. */
  perSecond(nowMs: number = this.#clock.nowMs()): number {
    this.#advance(nowMs)
    if (this.#bucket < 0) return 0
    const buckets = this.#buckets
    const ageMs = this.#latestMs - this.#originMs
    let sum = 0
    for (let slot = 0; slot < buckets.length; slot++) sum += buckets[slot] as number
    const oldest = this.#bucket - (buckets.length - 1)
    if (oldest >= 0) {
      // Of the oldest bucket only the part that the window still reaches counts.
      const leftMs = ageMs - this.#bucket * this.bucketMs
      sum -= (buckets[oldest % buckets.length] as number) * Math.min(1, leftMs / this.bucketMs)
    }
    return (sum * 1000) / Math.min(this.windowMs, Math.max(this.bucketMs, ageMs))
  }

  /** Calls of `add` that were refused. */
  get rejected(): number {
    return this.#rejected
  }

  /** Forgets everything. */
  reset(): void {
    this.#bucket = -1
    this.#buckets.fill(0)
    this.#rejected = 0
  }

  #advance(nowMs: number): void {
    if (this.#bucket < 0 || !(nowMs > this.#latestMs)) return
    const buckets = this.#buckets
    const bucket = Math.floor((nowMs - this.#originMs) / this.bucketMs)
    if (nowMs - this.#latestMs > this.windowMs) {
      buckets.fill(0)
      this.#bucket = -1
      return
    }
    for (let next = this.#bucket + 1; next <= bucket; next++) buckets[next % buckets.length] = 0
    this.#bucket = Math.max(this.#bucket, bucket)
    this.#latestMs = nowMs
  }
}

// The gauge of a level: its current value, its maximum, and its average over time.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { numberOption, optionError } from '../errors.ts'

export interface LevelGaugeOptions {
  /** Time constant of the moving average, in ms: a level that ended this long ago weighs 1/e. 0.001 to 2^53. Default 1000. */
  readonly tauMs?: number | undefined
  /** Instead of `tauMs`: weight of each new sample, however long the level lasted. Above 0, up to 1. Default off. */
  readonly alpha?: number | undefined
  readonly clock?: MetricsClock | undefined
}

/** A gauge at one instant; `undefined` members mean that nothing was set yet. */
export interface LevelSnapshot {
  readonly current: number | undefined
  readonly max: number | undefined
  readonly average: number | undefined
}

/**
 * A level such as a queue's depth. The average is weighted by time: a level counts for as long as it lasted, and the
 * current level counts up to the moment of asking. Time that goes back is no time.
 */
export class LevelGauge {
  readonly #clock: MetricsClock
  readonly #tauMs: number
  readonly #alpha: number | undefined
  #set = false
  #current = 0
  #max = 0
  #average = 0
  #atMs = 0
  #rejected = 0

  /** @throws MetricsError `ERR_METRICS_OPTION` */
  constructor({ tauMs, alpha, clock = systemClock }: LevelGaugeOptions = {}) {
    if (tauMs !== undefined && alpha !== undefined) throw optionError('alpha', alpha, 'absent where tauMs is given')
    if (alpha !== undefined && !(alpha > 0 && alpha <= 1)) throw optionError('alpha', alpha, 'a number above 0, up to 1')
    this.#tauMs = numberOption('tauMs', tauMs ?? 1000, 0.001, 2 ** 53)
    this.#alpha = alpha
    this.#clock = clock
  }

  /** Sets the level. Never throws: a level or an instant that is not a finite number is counted as rejected. */
  set(value: number, nowMs: number = this.#alpha === undefined ? this.#clock.nowMs() : 0): void {
    if (!Number.isFinite(value) || !Number.isFinite(nowMs)) {
      this.#rejected++
      return
    }
    if (!this.#set) {
      this.#set = true
      this.#max = value
      this.#average = value
      this.#atMs = nowMs
    } else if (this.#alpha !== undefined) {
      this.#average += this.#alpha * (value - this.#average)
    } else {
      this.#average = this.#averageAt(nowMs)
      this.#atMs = Math.max(this.#atMs, nowMs)
    }
    this.#current = value
    if (value > this.#max) this.#max = value
  }

  /** Changes the level by `delta` (may be negative), from 0 if none was set. */
  add(delta: number, nowMs?: number): void {
    this.set(this.#current + delta, nowMs)
  }

  get current(): number | undefined {
    return this.#set ? this.#current : undefined
  }

  /** Highest level since creation or the last reset. */
  get max(): number | undefined {
    return this.#set ? this.#max : undefined
  }

  /** The moving average at `nowMs` on the gauge's clock. */
  average(nowMs: number = this.#clock.nowMs()): number | undefined {
    return this.#set ? this.#averageAt(nowMs) : undefined
  }

  /** Calls of `set` that were refused. */
  get rejected(): number {
    return this.#rejected
  }

  snapshot(nowMs?: number): LevelSnapshot {
    return Object.freeze({ current: this.current, max: this.max, average: this.average(nowMs) })
  }

  /** Forgets the maximum and the average; the next sample sets both. */
  reset(): void {
    this.#set = false
    this.#current = 0
    this.#max = 0
    this.#average = 0
    this.#rejected = 0
  }

  #averageAt(nowMs: number): number {
    if (this.#alpha !== undefined) return this.#average
    const heldMs = nowMs - this.#atMs
    if (!(heldMs > 0)) return this.#average
    return this.#average - Math.expm1(-heldMs / this.#tauMs) * (this.#current - this.#average)
  }
}

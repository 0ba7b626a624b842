// The face: a limiter over categories, in bounded memory.
import { CategoryLog } from './category-log.ts'
import type { Clock } from './clock.ts'
import { monotonicClock } from './clock.ts'
import { RateError } from './errors.ts'
import { AdmissionOrder, UseOrder } from './order.ts'
import type { RateWindow } from './windows.ts'
import { resolveWindows } from './windows.ts'

export interface LimiterOptions {
  /** 1 to 16 windows, in any order; each must be able to bind (see `RateWindow`). */
  readonly windows: readonly RateWindow[]
  /** Categories held at once. Integer, 1 to 2^24. Default 10 000. */
  readonly maxCategories?: number | undefined
  /** What a new category meets when `maxCategories` are held and none is idle. Default `evict`: the least recently used goes. */
  readonly onOverflow?: 'evict' | 'refuse' | undefined
  /** Source of time. Default: the platform's monotonic clock. */
  readonly clock?: Clock | undefined
}

export interface RateResult {
  readonly allowed: boolean
  /** Milliseconds until the next event of this category can be admitted; 0 if one would be now. */
  readonly retryAfterMs: number
  /** That instant on the limiter's clock; `undefined` if one would be admitted now. */
  readonly nextAtMs: number | undefined
}

export interface LimiterStats {
  readonly admitted: number
  readonly refused: number
  /** Categories removed while a window still held events of theirs: their limits began anew. */
  readonly evicted: number
  /** Categories removed because nothing of theirs was left in any window. */
  readonly expired: number
}

const ADMITTED: RateResult = Object.freeze({ allowed: true, retryAfterMs: 0, nextAtMs: undefined })
const MAX_CATEGORIES = 2 ** 24

/**
 * Admits events per category so that no window ever holds more than its count. Exact, not an approximation by buckets.
 * No timers run: idle categories are removed when new ones arrive. Amortised O(1) a call, O(log count) when it admits.
 */
export class Limiter<C = string> {
  readonly #windows: readonly RateWindow[]
  readonly #longestMs: number
  readonly #maxLength: number
  readonly #maxCategories: number
  readonly #refuseNew: boolean
  readonly #clock: Clock
  readonly #logs = new Map<C, CategoryLog<C>>()
  readonly #used = new UseOrder<C>()
  readonly #admissions = new AdmissionOrder<C>()
  /** The log closed last: where categories come and go, one is opened for each that is closed. hot: benchmarks/catrate/catrate-allow */
  #spare: CategoryLog<C> | undefined = undefined
  #admitted = 0
  #refused = 0
  #evicted = 0
  #expired = 0

  /** @throws RateError `ERR_RATE_WINDOWS` or `ERR_RATE_OPTION`. */
  constructor({ windows, maxCategories = 10_000, onOverflow = 'evict', clock = monotonicClock }: LimiterOptions) {
    this.#windows = resolveWindows(windows)
    const longest = this.#windows[this.#windows.length - 1] as RateWindow
    this.#longestMs = longest.windowMs
    this.#maxLength = longest.count
    if (!Number.isInteger(maxCategories) || maxCategories < 1 || maxCategories > MAX_CATEGORIES)
      throw new RateError('ERR_RATE_OPTION', `maxCategories must be an integer from 1 to ${MAX_CATEGORIES}, got ${maxCategories}`)
    if (onOverflow !== 'evict' && onOverflow !== 'refuse')
      throw new RateError('ERR_RATE_OPTION', `onOverflow must be 'evict' or 'refuse', got ${String(onOverflow)}`)
    if (typeof clock?.nowMs !== 'function') throw new RateError('ERR_RATE_OPTION', 'clock must have a method nowMs()')
    this.#maxCategories = maxCategories
    this.#refuseNew = onOverflow === 'refuse'
    this.#clock = clock
  }

  /** Categories held now. */
  get size(): number {
    return this.#logs.size
  }

  /**
   * Admits and records one event, or refuses it and records nothing.
   *
   * @returns admitted with `nextAtMs` undefined while more would be admitted now; admitted with `nextAtMs` set if this
   * event filled a window; refused with `nextAtMs` set.
   * @throws RateError `ERR_RATE_CLOCK` if the clock returns no finite number.
   */
  allow(category: C): RateResult {
    const nowMs = this.#readClock()
    let log = this.#logs.get(category)
    if (log === undefined) {
      log = this.#open(category, nowMs)
      if (log === undefined) return this.#refuse(nowMs, this.#idleAtMs())
    } else if (nowMs < log.nextAtMs) {
      this.#used.touch(log)
      return this.#refuse(nowMs, log.nextAtMs)
    }
    log.record(nowMs, this.#windows)
    this.#used.touch(log)
    this.#admissions.touch(log)
    this.#admitted++
    const nextAtMs = log.nextAtMs
    return nextAtMs > nowMs ? { allowed: true, retryAfterMs: nextAtMs - nowMs, nextAtMs } : ADMITTED
  }

  /** Says what `allow` would answer now, and changes nothing; an event that would fill a window is still plainly allowed. */
  peek(category: C): RateResult {
    const nowMs = this.#readClock()
    const log = this.#logs.get(category)
    if (log !== undefined) return nowMs < log.nextAtMs ? refusal(nowMs, log.nextAtMs) : ADMITTED
    if (!this.#refuseNew || this.#logs.size < this.#maxCategories) return ADMITTED
    const idleAtMs = this.#idleAtMs()
    return idleAtMs > nowMs ? refusal(nowMs, idleAtMs) : ADMITTED
  }

  /** Forgets one category, or all when called without an argument. @returns whether anything was forgotten. */
  reset(...categories: readonly C[]): boolean {
    let found = false
    for (const category of categories.length === 0 ? [...this.#logs.keys()] : categories) {
      const log = this.#logs.get(category)
      if (log === undefined) continue
      this.#close(log)
      found = true
    }
    return found
  }

  stats(): LimiterStats {
    return { admitted: this.#admitted, refused: this.#refused, evicted: this.#evicted, expired: this.#expired }
  }

  #readClock(): number {
    const nowMs = this.#clock.nowMs()
    if (!Number.isFinite(nowMs)) throw new RateError('ERR_RATE_CLOCK', `the clock returned ${String(nowMs)}, not an instant`)
    return nowMs
  }

  #refuse(nowMs: number, nextAtMs: number): RateResult {
    this.#refused++
    return refusal(nowMs, nextAtMs)
  }

  #open(category: C, nowMs: number): CategoryLog<C> | undefined {
    // two a call: the set of idle ones shrinks although each call may add one
    this.#expireOldest(nowMs)
    this.#expireOldest(nowMs)
    if (this.#logs.size >= this.#maxCategories) {
      const oldest = this.#used.oldest
      if (this.#refuseNew || oldest === undefined) return undefined
      this.#evicted++
      this.#close(oldest)
    }
    const log = this.#spare ?? new CategoryLog<C>(category, this.#maxLength)
    this.#spare = undefined
    log.category = category
    this.#logs.set(category, log)
    return log
  }

  #expireOldest(nowMs: number): void {
    const oldest = this.#admissions.oldest
    if (oldest === undefined || oldest.newestAtMs + this.#longestMs > nowMs) return
    this.#expired++
    this.#close(oldest)
  }

  #idleAtMs(): number {
    const oldest = this.#admissions.oldest
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest.newestAtMs + this.#longestMs
  }

  #close(log: CategoryLog<C>): void {
    this.#logs.delete(log.category as C)
    this.#used.remove(log)
    this.#admissions.remove(log)
    log.clear()
    if (log.isSmall) this.#spare = log
  }
}

function refusal(nowMs: number, nextAtMs: number): RateResult {
  return { allowed: false, retryAfterMs: Math.max(nextAtMs - nowMs, 0), nextAtMs }
}

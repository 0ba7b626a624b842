// The sliding log of one category: what was admitted, and when the next event may be.
import { FIRST_CAPACITY, InstantRing } from './ring.ts'
import type { RateWindow } from './windows.ts'

/** Exact sliding log of one category, and its place in the limiter's two orders. hot: benchmarks/catrate/catrate-allow */
export class CategoryLog<C> {
  /** `undefined` while the log is spare. */
  category: C | undefined
  /** Before this instant nothing is admitted; minus infinity: nothing stands in the way. */
  nextAtMs: number = Number.NEGATIVE_INFINITY
  newestAtMs: number = Number.NEGATIVE_INFINITY
  lessRecentlyUsed: CategoryLog<C> | undefined = undefined
  moreRecentlyUsed: CategoryLog<C> | undefined = undefined
  admittedEarlier: CategoryLog<C> | undefined = undefined
  admittedLater: CategoryLog<C> | undefined = undefined
  readonly #instants: InstantRing

  constructor(category: C, maxLength: number) {
    this.category = category
    this.#instants = new InstantRing(maxLength)
  }

  get length(): number {
    return this.#instants.length
  }

  /** Forgets its category and all that was recorded, so that another category can have the log. It is in neither order by now. */
  clear(): void {
    this.category = undefined
    this.nextAtMs = Number.NEGATIVE_INFINITY
    this.newestAtMs = Number.NEGATIVE_INFINITY
    this.#instants.clear()
  }

  /** Whether the log holds no more memory than a new one. */
  get isSmall(): boolean {
    return this.#instants.capacity <= FIRST_CAPACITY
  }

  /**
   * Records an admitted event, sets the next instant, and drops what no window needs any more.
   * An event at t is inside a window of length d while t + d > now: the same sum is the next instant, so that rounding
   * cannot admit one event too many.
   */
  record(nowMs: number, windows: readonly RateWindow[]): void {
    const instants = this.#instants
    const longest = windows[windows.length - 1] as RateWindow
    // nothing of before is in any window: the usual case for a category that is not busy
    if (this.newestAtMs + longest.windowMs <= nowMs) instants.clear()
    instants.insert(nowMs)
    if (nowMs > this.newestAtMs) this.newestAtMs = nowMs
    if (instants.length === 1 && (windows[0] as RateWindow).count > 1) {
      this.nextAtMs = Number.NEGATIVE_INFINITY
      return
    }
    const length = instants.length
    let nextAtMs: number = Number.NEGATIVE_INFINITY
    let firstNeeded = length - 1
    for (let w = 0; w < windows.length; w++) {
      const { windowMs, count } = windows[w] as RateWindow
      const first = this.#firstInside(nowMs, windowMs)
      if (length - first >= count) {
        const freeAtMs = instants.at(length - count) + windowMs
        if (freeAtMs > nextAtMs) nextAtMs = freeAtMs
      }
      const needed = first > length - count ? first : length - count
      if (needed < firstNeeded) firstNeeded = needed < 0 ? 0 : needed
    }
    this.nextAtMs = nextAtMs
    if (firstNeeded > 0) instants.dropOldest(firstNeeded)
  }

  #firstInside(nowMs: number, windowMs: number): number {
    const instants = this.#instants
    let low = 0
    let high = instants.length
    if (high > 0 && instants.at(0) + windowMs > nowMs) return 0
    while (low < high) {
      const middle = (low + high) >>> 1
      if (instants.at(middle) + windowMs > nowMs) high = middle
      else low = middle + 1
    }
    return low
  }
}

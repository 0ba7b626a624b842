// Refusals of a flood, without a reading of the clock for each.
import type { RateResult } from '@loopwright/catrate'

/** Refusals on one reading of the clock, at most. */
const MAX_CREDIT = 31
/** What is a flood: calls that were so close together, on average. */
const FLOOD_GAP_MS = 0.05
/** The wait that must be left: more than such calls take. */
const MIN_WAIT_MS = 2
/** Readings without credit after one that a run left unused, at most. */
const MAX_PAUSE = 64
const SETTLED: Promise<void> = Promise.resolve()

/**
 * How many more events of a category are refused without looking at the clock, whose reading costs more than all the rest of a
 * refusal. Credit is given if the calls just before came less than 50 us apart and more than 2 ms of the wait are left, for 31 calls,
 * which take 1.6 ms at that pace; it ends with the synchronous run that it was given in. Only a run that stalls amid a flood can
 * so be refused an event too late, 31 at the most; none is ever admitted too early. hot: benchmarks/logiface/limited
 */
export class RefusalCredit {
  #left = 0
  /** Calls since the reading before. */
  #calls = 0
  #readAtMs = Number.NEGATIVE_INFINITY
  /** The end of this run is waited for. */
  #isAwaiting = false
  #pause = 0
  #nextPause = 1
  readonly #onRunEnd = (): void => {
    this.#isAwaiting = false
    // a category that is refused once a run: waiting for the end of each would cost more than the clock
    this.#nextPause = this.#left === MAX_CREDIT ? Math.min(this.#nextPause * 2, MAX_PAUSE) : 1
    this.#pause = this.#nextPause
    this.#left = 0
  }

  /** @returns whether this call is refused on credit. */
  take(): boolean {
    if (this.#left === 0) return false
    this.#left--
    return true
  }

  /** The clock was read, and this is its answer. */
  refused({ retryAfterMs, nextAtMs }: RateResult): void {
    const nowMs = (nextAtMs as number) - retryAfterMs
    const isFlood = nowMs - this.#readAtMs < FLOOD_GAP_MS * this.#calls
    this.#readAtMs = nowMs
    this.#calls = 1
    if (!isFlood || retryAfterMs <= MIN_WAIT_MS) return
    if (this.#pause > 0) {
      this.#pause--
      return
    }
    this.#left = MAX_CREDIT
    this.#calls += MAX_CREDIT
    if (this.#isAwaiting) return
    this.#isAwaiting = true
    void SETTLED.then(this.#onRunEnd)
  }

  /** Another category, or one that was admitted: nothing is known of its pace. */
  reset(): void {
    this.#left = 0
    this.#calls = 0
    this.#readAtMs = Number.NEGATIVE_INFINITY
  }
}

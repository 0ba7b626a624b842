// Rate limits per category, and how many events each has refused.
import type { RateWindow } from '@loopwright/catrate'
import { Limiter } from '@loopwright/catrate'
import type { LogClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { EventHost } from '../event/host.ts'
import { RefusalCredit } from './refusal-credit.ts'

const MAX_CATEGORIES = 10_000

export interface Admission {
  /** Events refused since the last one admitted. */
  readonly suppressed: number
  /** Above 0: this event filled a window. */
  readonly retryAfterMs: number
}

/** Refusals of one category since its last admission. */
interface Refusals {
  readonly category: string
  count: number
}

export class CategoryLimit {
  readonly #limiter: Limiter
  readonly #refusals = new Map<string, Refusals>()
  /** A flood is of one category, mostly. */
  #last: Refusals | undefined = undefined
  /** Of the category refused last. A clock that was given is read at each call. */
  readonly #credit: RefusalCredit | undefined

  /** @throws RateError `ERR_RATE_WINDOWS`. */
  constructor(windows: readonly RateWindow[], clock: LogClock) {
    this.#limiter = new Limiter({ windows, maxCategories: MAX_CATEGORIES, clock })
    this.#credit = clock === systemClock ? new RefusalCredit() : undefined
  }

  /** @returns `undefined`: admitted, with nothing to tell. hot: benchmarks/logiface/limited */
  admit(category: string, host: EventHost): Admission | 'refused' | undefined {
    const last = this.#last
    if (last !== undefined && last.category === category && this.#credit?.take() === true) {
      last.count++
      return 'refused'
    }
    try {
      const result = this.#limiter.allow(category)
      if (!result.allowed) {
        if (last !== undefined && last.category === category) {
          last.count++
          this.#credit?.refused(result)
        } else {
          this.#count(category)
          this.#credit?.reset()
        }
        return 'refused'
      }
      this.#credit?.reset()
      const suppressed = this.#refusals.size === 0 ? 0 : this.#take(category)
      return suppressed === 0 && result.nextAtMs === undefined ? undefined : { suppressed, retryAfterMs: result.retryAfterMs }
    } catch (error) {
      host.fail('limit', error)
      return undefined
    }
  }

  #take(category: string): number {
    const refusals = this.#refusals.get(category)
    if (refusals === undefined) return 0
    this.#refusals.delete(category)
    if (this.#last === refusals) this.#last = undefined
    return refusals.count
  }

  #count(category: string): void {
    let refusals = this.#refusals.get(category)
    if (refusals === undefined) {
      if (this.#refusals.size >= MAX_CATEGORIES) {
        const oldest = this.#refusals.keys().next().value
        if (oldest !== undefined) this.#take(oldest)
      }
      refusals = { category, count: 0 }
      this.#refusals.set(category, refusals)
    }
    refusals.count++
    this.#last = refusals
  }
}

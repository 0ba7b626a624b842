// The series of one family: bound in number, with one overflow series for what comes after.
import type { Labels } from './source.ts'

/** As many series a family as OpenTelemetry allows. */
export const DEFAULT_MAX_SERIES = 2000

export const OVERFLOW_LABELS: Labels = Object.freeze({ overflow: 'true' })

interface Series<Instrument> {
  readonly labels: Labels
  readonly instrument: Instrument
}

export interface SeriesTableOptions<Instrument> {
  readonly maxSeries: number
  readonly make: () => Instrument
  /** Called once, at the first label set beyond the bound. */
  readonly onOverflow?: (() => void) | undefined
}

/** Instruments by canonical key. */
export class SeriesTable<Instrument> {
  readonly #byKey = new Map<string, Series<Instrument>>()
  readonly #options: SeriesTableOptions<Instrument>
  #overflow: Series<Instrument> | undefined = undefined
  #overflowed = 0

  constructor(options: SeriesTableOptions<Instrument>) {
    this.#options = options
  }

  /** The instrument under `key`; undefined if there is none yet. */
  find(key: string): Instrument | undefined {
    return this.#byKey.get(key)?.instrument
  }

  /** The instrument under `key`, made with `labels` if it is new, or the overflow series' once the bound is reached. */
  bind(key: string, labels: () => Labels): Instrument {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known.instrument
    if (this.#byKey.size >= this.#options.maxSeries) return this.#bindOverflow()
    const instrument = this.#options.make()
    this.#byKey.set(key, { labels: labels(), instrument })
    return instrument
  }

  #bindOverflow(): Instrument {
    this.#overflowed++
    if (this.#overflow === undefined) {
      this.#overflow = { labels: OVERFLOW_LABELS, instrument: this.#options.make() }
      this.#options.onOverflow?.()
    }
    return this.#overflow.instrument
  }

  /** Times that a label set was sent to the overflow series. */
  get overflowed(): number {
    return this.#overflowed
  }

  /** All series, the overflow series last. */
  *entries(): Generator<Series<Instrument>> {
    yield* this.#byKey.values()
    if (this.#overflow !== undefined) yield this.#overflow
  }
}

// The log-linear histogram: a value's cell is read off its bits, without a logarithm or a search.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { integerOption } from '../errors.ts'
import { highWord } from './double-bits.ts'
import type { HistogramSnapshot } from './histogram-snapshot.ts'
import { coarsen, walkQuantiles } from './histogram-snapshot.ts'
import type { HistogramLayout, HistogramLayoutOptions } from './layout.ts'
import { assertSameLayout, cellCount, cellOffset, resolveLayout } from './layout.ts'

export interface HistogramOptions extends HistogramLayoutOptions {
  /** Mean distance of the samples that the caller records, stated in every snapshot. Integer, 1 to 65 536. Default 1. */
  readonly sampleEvery?: number | undefined
  /** Tells the start time of what is counted. Default: the platform's clock. */
  readonly clock?: MetricsClock | undefined
}

/** Above every cell, and a small integer still. */
const NO_CELL = 2 ** 29

/**
 * Histogram of non-negative numbers with a proven error: for values within the layout a quantile is off by at most
 * 2^-(subBits + 1) relative (0.78 % by default). Mergeable, resettable, 20 KiB by default.
 *
 * hot: benchmarks/metrics/record. Declared once, here: a class expression evaluated twice loses the constants that the
 * optimiser makes of its private names, and `record` becomes several times slower.
 */
export class Histogram {
  readonly layout: HistogramLayout
  readonly #clock: MetricsClock
  readonly #cells: Float64Array
  readonly #shift: number
  readonly #offset: number
  #sampleEvery: number
  #startEpochMs: number
  #sum = 0
  // The lowest and the highest cell in use; the first above the second while none is.
  #low = NO_CELL
  #high = -1
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #zero = 0
  #under = 0
  #over = 0
  #rejected = 0

  /** @throws MetricsError `ERR_METRICS_OPTION` */
  constructor({ sampleEvery = 1, clock = systemClock, ...layout }: HistogramOptions = {}) {
    this.layout = resolveLayout(layout)
    this.#clock = clock
    this.#cells = new Float64Array(cellCount(this.layout))
    this.#shift = 20 - this.layout.subBits
    this.#offset = cellOffset(this.layout)
    this.#sampleEvery = integerOption('sampleEvery', sampleEvery, 1, 65_536)
    this.#startEpochMs = clock.epochMs()
  }

  /** Counts `value`. Never throws: NaN, negative numbers and what is not a number are counted as rejected. O(1). */
  record(value: number): void {
    if (typeof value !== 'number') {
      this.#rejected++
      return
    }
    const cell = (highWord(value) >> this.#shift) - this.#offset
    // Strictly between two cells in use a value can be neither extreme, nor outside the layout, nor anything but a number.
    if (cell > this.#low && cell < this.#high) {
      ;(this.#cells[cell] as number)++
      this.#sum += value
    } else this.#recordEdge(value, cell)
  }

  #recordEdge(value: number, cell: number): void {
    if (!(value >= 0)) {
      this.#rejected++
      return
    }
    if (cell >= 0 && cell < this.#cells.length) {
      ;(this.#cells[cell] as number)++
      if (cell < this.#low) this.#low = cell
      if (cell > this.#high) this.#high = cell
    } else if (value === 0) this.#zero++
    else if (cell < 0) this.#under++
    else this.#over++
    if (value === Number.POSITIVE_INFINITY) return
    this.#sum += value
    if (value < this.#min) this.#min = value === 0 ? 0 : value
    if (value > this.#max) this.#max = value === 0 ? 0 : value
  }

  /** Values counted, refused ones aside. Costs a pass over the cells in use. */
  get count(): number {
    const [from, to] = this.#used()
    const cells = this.#cells
    let count = this.#zero + this.#under + this.#over
    for (let cell = from; cell < to; cell++) count += cells[cell] as number
    return count
  }

  /** Sum of the finite values. */
  get sum(): number {
    return this.#sum
  }

  /** Exact minimum of the finite values. */
  get min(): number | undefined {
    return this.#min === Number.POSITIVE_INFINITY ? undefined : this.#min
  }

  /** Exact maximum of the finite values. */
  get max(): number | undefined {
    return this.#max === Number.NEGATIVE_INFINITY ? undefined : this.#max
  }

  /** What was refused. */
  get rejected(): number {
    return this.#rejected
  }

  /** Wall-clock time of creation or of the last reset. */
  get startEpochMs(): number {
    return this.#startEpochMs
  }

  get sampleEvery(): number {
    return this.#sampleEvery
  }

  /** One quantile of what was recorded. @see quantiles */
  quantile(wanted: number): number | undefined {
    return this.quantiles([wanted])[0]
  }

  /** Quantiles in the order asked, in one pass; `undefined` while empty. @throws MetricsError `ERR_METRICS_OPTION` */
  quantiles(wanted: readonly number[]): (number | undefined)[] {
    const [from, to] = this.#used()
    const { layout, count, min, max } = this
    const rest = { zero: this.#zero, under: this.#under, over: this.#over }
    return walkQuantiles({ layout, firstCell: 0, cells: this.#cells, from, to, ...rest, count, min, max }, wanted)
  }

  /**
   * Adds what another histogram, or the snapshot of one, holds. The other is left as it is.
   * @throws MetricsError `ERR_METRICS_LAYOUT` if the layouts differ.
   */
  merge(other: Histogram | HistogramSnapshot): void {
    const theirs = other instanceof Histogram ? other.#record() : other
    assertSameLayout(this.layout, theirs.layout)
    const { counts, firstCell, min, max } = theirs
    const cells = this.#cells
    for (let i = 0, cell = firstCell; i < counts.length; i++, cell++)
      cells[cell] = (cells[cell] as number) + (counts[i] as number)
    if (counts.length > 0) {
      this.#low = Math.min(this.#low, firstCell)
      this.#high = Math.max(this.#high, firstCell + counts.length - 1)
    }
    if (min !== undefined && min < this.#min) this.#min = min
    if (max !== undefined && max > this.#max) this.#max = max
    this.#sum += theirs.sum
    this.#zero += theirs.zero
    this.#under += theirs.under
    this.#over += theirs.over
    this.#rejected += theirs.rejected
    if (theirs.sampleEvery !== this.#sampleEvery) this.#sampleEvery = 0
  }

  /** Forgets everything, and starts anew now. @param sampleEvery - distance of the samples from now on; default as before. */
  reset({ sampleEvery = this.#sampleEvery }: { readonly sampleEvery?: number | undefined } = {}): void {
    const next = sampleEvery === 0 ? 0 : integerOption('sampleEvery', sampleEvery, 1, 65_536)
    const [from, to] = this.#used()
    this.#cells.fill(0, from, to)
    this.#sampleEvery = next
    this.#startEpochMs = this.#clock.epochMs()
    this.#sum = 0
    this.#low = NO_CELL
    this.#high = -1
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
    this.#zero = 0
    this.#under = 0
    this.#over = 0
    this.#rejected = 0
  }

  /** A frozen, detached record of this instant. Costs a pass over the cells in use. */
  snapshot(): HistogramSnapshot {
    return Object.freeze(this.#record())
  }

  /** A snapshot with fewer cells an octave. @throws MetricsError `ERR_METRICS_OPTION` @see coarsen */
  coarsen(subBits: number): HistogramSnapshot {
    return coarsen(this.snapshot(), subBits)
  }

  #record(): HistogramSnapshot {
    const [from, to] = this.#used()
    return {
      layout: this.layout,
      firstCell: from,
      counts: this.#cells.slice(from, to),
      zero: this.#zero,
      under: this.#under,
      over: this.#over,
      rejected: this.#rejected,
      count: this.count,
      sum: this.#sum,
      min: this.min,
      max: this.max,
      sampleEvery: this.#sampleEvery === 0 ? undefined : this.#sampleEvery,
    }
  }

  #used(): readonly [from: number, to: number] {
    return this.#low > this.#high ? [0, 0] : [this.#low, this.#high + 1]
  }
}

// Quantiles in constant memory: the P-square algorithm of Jain and Chlamtac (1985).
import { integerOption, optionError } from '../errors.ts'
import { rankOf } from './histogram-snapshot.ts'

export interface PSquareOptions {
  /** Quantiles to follow, each above 0 and below 1. Default 0.5, 0.9, 0.99, 0.999. */
  readonly quantiles?: readonly number[] | undefined
  /** Values kept, and answered exactly, before the markers take over. Integer, 5 to 65 536. Default 128. */
  readonly exactUntil?: number | undefined
}

export interface PSquareSnapshot {
  readonly count: number
  readonly rejected: number
  readonly min: number | undefined
  readonly max: number | undefined
  readonly quantiles: readonly { readonly quantile: number; readonly value: number | undefined }[]
}

/**
 * Estimates quantiles in a few hundred bytes each. Two estimators cannot be merged, and after a shift of the level the
 * answer stays wrong for long: prefer `Histogram` unless its 20 KiB are too many.
 */
export class PSquare {
  readonly #wanted: readonly number[]
  readonly #exactUntil: number
  readonly #first: number[] = []
  #markers: readonly Markers[] = []
  #count = 0
  #rejected = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  /** @throws MetricsError `ERR_METRICS_OPTION` */
  constructor({ quantiles = [0.5, 0.9, 0.99, 0.999], exactUntil = 128 }: PSquareOptions = {}) {
    for (const q of quantiles) if (!(q > 0 && q < 1)) throw optionError('quantiles', q, 'numbers above 0 and below 1')
    this.#wanted = Object.freeze([...quantiles])
    this.#exactUntil = integerOption('exactUntil', exactUntil, 5, 65_536)
  }

  /** Takes `value` in. Never throws: what is not a finite number is counted as rejected. O(1) a quantile. */
  record(value: number): void {
    if (!Number.isFinite(value)) {
      this.#rejected++
      return
    }
    this.#count++
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (this.#count <= this.#exactUntil) {
      this.#first.push(value)
      return
    }
    if (this.#first.length > 0) {
      const sorted = this.#first.splice(0).toSorted((a, b) => a - b)
      this.#markers = this.#wanted.map((q) => new Markers(q, sorted))
    }
    const markers = this.#markers
    for (let i = 0; i < markers.length; i++) (markers[i] as Markers).record(value)
  }

  /**
   * The estimate of one of the quantiles followed; exact for the first `exactUntil` values.
   * @returns `undefined` while empty.
   * @throws MetricsError `ERR_METRICS_OPTION` if this quantile is not followed.
   */
  quantile(wanted: number): number | undefined {
    const index = this.#wanted.indexOf(wanted)
    if (index < 0) throw optionError('quantile', wanted, `one of ${this.#wanted.join(', ')}`)
    if (this.#count === 0) return undefined
    const marker = this.#markers[index]
    if (marker !== undefined) return marker.estimate
    return this.#first.toSorted((a, b) => a - b)[rankOf(wanted, this.#count) - 1]
  }

  get count(): number {
    return this.#count
  }

  snapshot(): PSquareSnapshot {
    const values = this.#wanted.map((quantile) => Object.freeze({ quantile, value: this.quantile(quantile) }))
    const some = this.#count > 0
    const extremes = { min: some ? this.#min : undefined, max: some ? this.#max : undefined }
    return Object.freeze({ count: this.#count, rejected: this.#rejected, ...extremes, quantiles: Object.freeze(values) })
  }

  /** Forgets everything. */
  reset(): void {
    this.#first.length = 0
    this.#markers = []
    this.#count = 0
    this.#rejected = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
  }
}

const MARKERS = 5
const FRACTION = 2 ** 32

/**
 * The five markers of one quantile. Desired positions are kept as a whole part and a 32-bit fraction: as doubles they
 * would stop moving once the count needs all 53 bits.
 */
class Markers {
  readonly #heights = new Float64Array(MARKERS)
  readonly #positions = new Float64Array(MARKERS)
  readonly #desired = new Float64Array(MARKERS)
  readonly #desiredFraction = new Float64Array(MARKERS)
  readonly #step = new Float64Array(MARKERS)

  constructor(quantile: number, sorted: readonly number[]) {
    const last = sorted.length - 1
    const shares = [0, quantile / 2, quantile, (1 + quantile) / 2, 1]
    for (let i = 0; i < MARKERS; i++) {
      const share = shares[i] as number
      const wanted = last * share
      const least = i === 0 ? 0 : (this.#positions[i - 1] as number) + 1
      const position = Math.min(Math.max(Math.round(wanted), least), last - (MARKERS - 1 - i))
      this.#positions[i] = position
      this.#heights[i] = sorted[position] as number
      this.#desired[i] = Math.floor(wanted)
      this.#desiredFraction[i] = Math.floor((wanted - Math.floor(wanted)) * FRACTION)
      this.#step[i] = Math.floor(share * FRACTION)
    }
  }

  get estimate(): number {
    return this.#heights[2] as number
  }

  /** hot: benchmarks/metrics/record. Local names in place of arrays: this runs once a quantile and value. */
  record(value: number): void {
    const heights = this.#heights
    const positions = this.#positions
    if (value < (heights[0] as number)) heights[0] = value
    if (value < (heights[1] as number)) positions[1] = (positions[1] as number) + 1
    if (value < (heights[2] as number)) positions[2] = (positions[2] as number) + 1
    if (value < (heights[3] as number)) positions[3] = (positions[3] as number) + 1
    else if (value >= (heights[4] as number)) heights[4] = value
    positions[4] = (positions[4] as number) + 1
    for (let i = 1; i < MARKERS; i++) {
      const fraction = (this.#desiredFraction[i] as number) + (this.#step[i] as number)
      if (fraction >= FRACTION) {
        this.#desiredFraction[i] = fraction - FRACTION
        this.#desired[i] = (this.#desired[i] as number) + 1
      } else this.#desiredFraction[i] = fraction
    }
    for (let i = 1; i < MARKERS - 1; i++) {
      const at = positions[i] as number
      const gap = (this.#desired[i] as number) - at
      if (gap >= 1) {
        if ((positions[i + 1] as number) - at > 1) this.#move(i, 1)
      } else if (gap < -1 || (gap === -1 && this.#desiredFraction[i] === 0)) {
        if (at - (positions[i - 1] as number) > 1) this.#move(i, -1)
      }
    }
  }

  #move(i: number, sign: 1 | -1): void {
    const heights = this.#heights
    const positions = this.#positions
    const before = positions[i - 1] as number
    const at = positions[i] as number
    const after = positions[i + 1] as number
    const low = heights[i - 1] as number
    const height = heights[i] as number
    const high = heights[i + 1] as number
    const right = ((at - before + sign) * (high - height)) / (after - at)
    const left = ((after - at - sign) * (height - low)) / (at - before)
    const parabolic = height + (sign / (after - before)) * (right + left)
    if (low < parabolic && parabolic < high) heights[i] = parabolic
    else heights[i] = sign > 0 ? height + (high - height) / (after - at) : height - (height - low) / (at - before)
    positions[i] = at + sign
  }
}

// OpenTelemetry's exponential histogram from a log-linear one.
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { lowerBound, upperEnd } from '../instruments/layout.ts'

/** The finest scale made: buckets grow by 2^(1/32), about 2.2 %. */
export const MAX_SCALE = 5
const MIN_SCALE = -10

export interface ExponentialBuckets {
  readonly scale: number
  /** Zeros, and the values below the layout. */
  readonly zeroCount: number
  /** Index of the first bucket; bucket i holds values in (base^i, base^(i+1)], base = 2^(2^-scale). */
  readonly offset: number
  readonly bucketCounts: number[]
}

/** Makes exponential buckets of histograms that share a fineness and a scaling of their values. */
export class ExponentialConverter {
  readonly #maxBuckets: number
  /** Bucket, at the finest scale, of each cell of the octave that starts at 1; by fineness and factor. */
  readonly #tables = new Map<string, Int32Array>()

  constructor(maxBuckets: number) {
    this.#maxBuckets = maxBuckets
  }

  /**
   * The largest scale that keeps to the number of buckets; each cell goes, whole, by its middle.
   * @param factor - what recorded values are multiplied by.
   */
  convert(snapshot: HistogramSnapshot, factor: number): ExponentialBuckets {
    const { layout, firstCell, counts, zero, under, over, max } = snapshot
    const { subBits, lowestExponent } = layout
    const table = this.#table(subBits, factor)
    const mask = (1 << subBits) - 1
    const finest = (cell: number): number => (((cell >> subBits) + lowestExponent) << MAX_SCALE) + (table[cell & mask] as number)
    const beyond =
      over === 0 ? undefined : finestIndex((max !== undefined && max >= upperEnd(layout) ? max : upperEnd(layout)) * factor)
    if (counts.length === 0 && beyond === undefined)
      return { scale: MAX_SCALE, zeroCount: zero + under, offset: 0, bucketCounts: [] }
    const low = counts.length === 0 ? (beyond as number) : finest(firstCell)
    const high = beyond ?? finest(firstCell + counts.length - 1)
    let shift = 0
    while (MAX_SCALE - shift > MIN_SCALE && (high >> shift) - (low >> shift) + 1 > this.#maxBuckets) shift++
    const offset = low >> shift
    const bucketCounts = Array.from({ length: (high >> shift) - offset + 1 }, () => 0)
    for (let i = 0; i < counts.length; i++) {
      const bucket = (finest(firstCell + i) >> shift) - offset
      bucketCounts[bucket] = (bucketCounts[bucket] as number) + (counts[i] as number)
    }
    if (beyond !== undefined)
      bucketCounts[(beyond >> shift) - offset] = (bucketCounts[(beyond >> shift) - offset] as number) + over
    return { scale: MAX_SCALE - shift, zeroCount: zero + under, offset, bucketCounts }
  }

  #table(subBits: number, factor: number): Int32Array {
    const key = `${subBits} ${factor}`
    let table = this.#tables.get(key)
    if (table === undefined) {
      const unit = { lowestExponent: 0, octaves: 1, subBits }
      table = Int32Array.from({ length: 1 << subBits }, (_, cell) => {
        const middle = (lowerBound(unit, cell) + lowerBound(unit, cell + 1)) / 2
        return finestIndex(middle * factor)
      })
      this.#tables.set(key, table)
    }
    return table
  }
}

function finestIndex(value: number): number {
  return Math.ceil(Math.log2(value) * 2 ** MAX_SCALE) - 1
}

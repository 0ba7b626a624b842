// The detached record of a histogram, and what can be asked of it: quantiles, sums, differences, coarser layouts.
import { MetricsError, optionError } from '../errors.ts'
import type { HistogramLayout } from './layout.ts'
import { assertSameLayout, cellMiddle, lowerBound, upperEnd } from './layout.ts'

/**
 * A histogram at one instant. Frozen, detached from the instrument, and fit for structured clone. `counts` is the
 * snapshot's own copy; a typed array cannot be frozen, so leave it as it is.
 */
export interface HistogramSnapshot {
  readonly layout: HistogramLayout
  /** Index, in the layout, of the cell that `counts[0]` belongs to. */
  readonly firstCell: number
  /** Values a cell, from the lowest to the highest cell in use. */
  readonly counts: Float64Array
  /** Values that were exactly zero. */
  readonly zero: number
  /** Values above zero and below the lowest cell. */
  readonly under: number
  /** Values above the highest cell, +Infinity included. */
  readonly over: number
  /** What was refused: NaN, negative numbers, and what is not a number. Not part of `count`. */
  readonly rejected: number
  readonly count: number
  /** Sum of the finite values. */
  readonly sum: number
  /** Exact minimum of the finite values; `undefined` while there is none. */
  readonly min: number | undefined
  /** Exact maximum of the finite values; `undefined` while there is none. */
  readonly max: number | undefined
  /** Mean distance of the samples; 1: every event. `undefined` after a merge of histograms that were sampled differently. */
  readonly sampleEvery: number | undefined
}

/** What a quantile is computed from; both the live histogram and its snapshot supply it. */
export interface QuantileSource {
  readonly layout: HistogramLayout
  readonly firstCell: number
  readonly cells: Float64Array
  /** Range of `cells` in use: from `from` up to, not including, `to`. */
  readonly from: number
  readonly to: number
  readonly zero: number
  readonly under: number
  readonly over: number
  readonly count: number
  readonly min: number | undefined
  readonly max: number | undefined
}

/**
 * Answers quantiles of a snapshot, in the order asked; all take one pass. A quantile q of n values is the value of rank
 * max(1, ceil(q n)), answered as the middle of its cell within the exact minimum and maximum.
 *
 * @returns `undefined` for each while the histogram is empty; `Infinity` where the rank falls on infinite values.
 * @throws MetricsError `ERR_METRICS_OPTION` for a quantile outside 0 to 1.
 */
export function quantiles(snapshot: HistogramSnapshot, wanted: readonly number[]): (number | undefined)[] {
  return walkQuantiles({ ...snapshot, cells: snapshot.counts, from: 0, to: snapshot.counts.length }, wanted)
}

/** One quantile of a snapshot. @see quantiles */
export function quantile(snapshot: HistogramSnapshot, wanted: number): number | undefined {
  return quantiles(snapshot, [wanted])[0]
}

/** The pass behind {@link quantiles}. */
export function walkQuantiles(source: QuantileSource, wanted: readonly number[]): (number | undefined)[] {
  const answers = wanted.map((): number | undefined => undefined)
  const { layout, cells, from, to, zero, under, count, min, max } = source
  for (const q of wanted) {
    if (typeof q !== 'number' || !(q >= 0 && q <= 1)) throw optionError('quantile', q, 'a number from 0 to 1')
  }
  if (count === 0) return answers
  const order = ascending(wanted)
  let cell = from
  let below = zero + under
  for (const index of order) {
    const rank = rankOf(wanted[index] ?? 0, count)
    if (rank === 1 && min !== undefined) {
      answers[index] = min
      continue
    }
    if (rank <= zero) {
      answers[index] = 0
      continue
    }
    if (rank <= zero + under) {
      answers[index] = Math.min(lowerBound(layout, 0), max ?? 0)
      continue
    }
    while (cell < to && below + (cells[cell] ?? 0) < rank) below += cells[cell++] ?? 0
    if (cell === to) {
      // Only infinite values lie above the layout unless the exact maximum does too.
      answers[index] = max !== undefined && max >= upperEnd(layout) ? max : Number.POSITIVE_INFINITY
    } else if (rank === count && max !== undefined) {
      answers[index] = max
    } else {
      const middle = cellMiddle(layout, source.firstCell + cell)
      answers[index] = Math.min(Math.max(middle, min ?? middle), max ?? middle)
    }
  }
  return answers
}

/** Rank of a quantile among `count` values. Products that miss a whole number only by rounding count as that number. */
export function rankOf(q: number, count: number): number {
  const product = q * count
  const nearest = Math.round(product)
  const rank = Math.abs(product - nearest) <= nearest * 2 ** -50 ? nearest : Math.ceil(product)
  return Math.min(count, Math.max(1, rank))
}

function ascending(wanted: readonly number[]): readonly number[] {
  return wanted.map((_, index) => index).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))
}

/**
 * Adds two snapshots. Associative and commutative: exactly for counts, minimum, maximum and quantiles, within 1e-12
 * relative for `sum`.
 *
 * @throws MetricsError `ERR_METRICS_LAYOUT` if the layouts differ.
 */
export function mergeSnapshots(a: HistogramSnapshot, b: HistogramSnapshot): HistogramSnapshot {
  assertSameLayout(a.layout, b.layout)
  const [firstCell, counts] = combine(a, b, 1)
  return Object.freeze({
    layout: a.layout,
    firstCell,
    counts,
    zero: a.zero + b.zero,
    under: a.under + b.under,
    over: a.over + b.over,
    rejected: a.rejected + b.rejected,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: least(a.min, b.min),
    max: greatest(a.max, b.max),
    sampleEvery: a.sampleEvery === b.sampleEvery ? a.sampleEvery : undefined,
  })
}

/**
 * What was recorded between two snapshots of one histogram. Minimum and maximum of the interval are not known exactly:
 * they are the bounds of the outermost cells that grew, within the exact ones of `later`.
 *
 * @throws MetricsError `ERR_METRICS_LAYOUT` if the layouts differ; `ERR_METRICS_OPTION` if `earlier` holds what `later`
 * does not (the histogram was reset between them).
 */
export function subtractSnapshots(later: HistogramSnapshot, earlier: HistogramSnapshot): HistogramSnapshot {
  assertSameLayout(later.layout, earlier.layout)
  const [firstCell, wide] = combine(later, earlier, -1)
  const rest = {
    zero: later.zero - earlier.zero,
    under: later.under - earlier.under,
    over: later.over - earlier.over,
    rejected: later.rejected - earlier.rejected,
    count: later.count - earlier.count,
  }
  if (wide.some((n) => n < 0) || Object.values(rest).some((n) => n < 0))
    throw new MetricsError(
      'ERR_METRICS_OPTION',
      'the earlier snapshot holds values that the later one does not; the histogram was reset between them',
    )
  let from = 0
  let to = wide.length
  while (from < to && wide[from] === 0) from++
  while (to > from && wide[to - 1] === 0) to--
  const { layout } = later
  const [low, high] = [lowerBound(layout, firstCell + from), lowerBound(layout, firstCell + to)]
  const some = rest.count > 0
  const min = !some
    ? undefined
    : rest.zero > 0
      ? 0
      : rest.under > 0
        ? later.min
        : to > from
          ? Math.max(low, later.min ?? low)
          : later.max
  const max = !some
    ? undefined
    : rest.over > 0
      ? later.max
      : to > from
        ? Math.min(high, later.max ?? high)
        : rest.under > 0
          ? lowerBound(layout, 0)
          : 0
  return Object.freeze({
    layout,
    firstCell: from === to ? 0 : firstCell + from,
    counts: wide.slice(from, to),
    ...rest,
    sum: some ? later.sum - earlier.sum : 0,
    min,
    max,
    sampleEvery: later.sampleEvery,
  })
}

/**
 * The same values in a layout with fewer cells an octave, so that snapshots of different fineness can merge.
 *
 * @param subBits - integer, 4 up to the snapshot's own.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function coarsen(snapshot: HistogramSnapshot, subBits: number): HistogramSnapshot {
  const { layout } = snapshot
  if (!Number.isInteger(subBits) || subBits < 4 || subBits > layout.subBits)
    throw optionError('subBits', subBits, `an integer from 4 to ${layout.subBits}`)
  const shift = layout.subBits - subBits
  const firstCell = snapshot.firstCell >> shift
  const { counts } = snapshot
  const lastCell = (snapshot.firstCell + counts.length - 1) >> shift
  const coarse = new Float64Array(counts.length === 0 ? 0 : lastCell - firstCell + 1)
  for (let i = 0; i < counts.length; i++) {
    const cell = ((snapshot.firstCell + i) >> shift) - firstCell
    coarse[cell] = (coarse[cell] ?? 0) + (counts[i] ?? 0)
  }
  return Object.freeze({ ...snapshot, layout: Object.freeze({ ...layout, subBits }), firstCell, counts: coarse })
}

/** The snapshot of a histogram of `layout` that holds nothing. */
export function emptySnapshot(layout: HistogramLayout, sampleEvery: number | undefined = 1): HistogramSnapshot {
  return Object.freeze({
    layout,
    firstCell: 0,
    counts: new Float64Array(0),
    zero: 0,
    under: 0,
    over: 0,
    rejected: 0,
    count: 0,
    sum: 0,
    min: undefined,
    max: undefined,
    sampleEvery,
  })
}

function combine(a: HistogramSnapshot, b: HistogramSnapshot, sign: 1 | -1): [firstCell: number, counts: Float64Array] {
  if (b.counts.length === 0) return [a.firstCell, a.counts.slice()]
  if (a.counts.length === 0 && sign === 1) return [b.firstCell, b.counts.slice()]
  const firstCell = a.counts.length === 0 ? b.firstCell : Math.min(a.firstCell, b.firstCell)
  const end = Math.max(a.firstCell + a.counts.length, b.firstCell + b.counts.length)
  const counts = new Float64Array(end - firstCell)
  if (a.counts.length > 0) counts.set(a.counts, a.firstCell - firstCell)
  for (let i = 0, cell = b.firstCell - firstCell; i < b.counts.length; i++, cell++) {
    counts[cell] = (counts[cell] ?? 0) + sign * (b.counts[i] ?? 0)
  }
  return [firstCell, counts]
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b)
}

function greatest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b)
}

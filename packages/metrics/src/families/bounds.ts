// Classic histogram buckets from a log-linear histogram.
import { optionError } from '../errors.ts'
import type { MetricUnit } from './source.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import type { HistogramLayout } from '../instruments/layout.ts'
import { cellCount, cellMiddle, lowerBound } from '../instruments/layout.ts'

/** Of seconds: 1, 2.5 and 5 a decade, from 1 microsecond to 100 seconds. */
export const DEFAULT_BOUNDS: readonly number[] = Object.freeze([
  1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  10, 25, 50, 100,
])

/** Of bytes and plain numbers: 1, 2.5 and 5 a decade, from 1 to 1e9. */
export const DEFAULT_COUNT_BOUNDS: readonly number[] = Object.freeze([
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1e3, 2.5e3, 5e3, 1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2.5e7, 5e7, 1e8,
  2.5e8, 5e8, 1e9,
])

/** Bounds for all histograms, or a choice by family; `undefined`: the defaults of its unit. */
export type BoundsOption =
  | readonly number[]
  | ((family: { readonly name: string; readonly unit: MetricUnit }) => readonly number[] | undefined)

/** Chooses, once a family, bounds that have been checked. */
export type BoundsChooser = (family: { readonly name: string; readonly unit: MetricUnit }) => readonly number[]

/** @throws MetricsError `ERR_METRICS_OPTION` unless bounds are finite and increase; a chooser does so when it is used. */
export function resolveBounds(option: BoundsOption | undefined): BoundsChooser {
  const defaultOf = (unit: MetricUnit): readonly number[] => (unit === 'seconds' ? DEFAULT_BOUNDS : DEFAULT_COUNT_BOUNDS)
  if (option === undefined) return ({ unit }) => defaultOf(unit)
  if (typeof option !== 'function') {
    const bounds = checkBounds(option)
    return () => bounds
  }
  const chosen = new Map<string, readonly number[]>()
  return (family) => {
    let bounds = chosen.get(family.name)
    if (bounds === undefined) {
      bounds = checkBounds(option(family) ?? defaultOf(family.unit))
      chosen.set(family.name, bounds)
    }
    return bounds
  }
}

function checkBounds(bounds: readonly number[]): readonly number[] {
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i]
    if (typeof bound !== 'number' || !Number.isFinite(bound) || (i > 0 && bound <= (bounds[i - 1] as number)))
      throw optionError('bounds', `[${bounds.join(', ')}]`, 'finite numbers that increase')
  }
  return Object.freeze([...bounds])
}

/** For each bound the first cell that no longer counts under it: a cell goes by its middle. Increases with the bounds. */
export function cellEdges(layout: HistogramLayout, bounds: readonly number[], scale: number): number[] {
  const cells = cellCount(layout)
  let from = 0
  return bounds.map((bound) => {
    let [low, high] = [from, cells]
    while (low < high) {
      const cell = (low + high) >>> 1
      if (cellMiddle(layout, cell) * scale <= bound) low = cell + 1
      else high = cell
    }
    from = low
    return low
  })
}

/**
 * Cumulative counts at each bound, without the last bucket, `+Inf`, which is the count. A cell counts under the first
 * bound that is not below its middle, so a count is off by at most one cell's.
 *
 * @param scale - what recorded values are multiplied by to get the unit of the bounds.
 * @param edges - from {@link cellEdges} of this snapshot's layout, where many snapshots share it.
 */
export function cumulativeCounts(
  snapshot: HistogramSnapshot,
  bounds: readonly number[],
  scale: number,
  edges: readonly number[] = cellEdges(snapshot.layout, bounds, scale),
): number[] {
  const { layout, firstCell, counts, zero, under } = snapshot
  const lowest = lowerBound(layout, 0) * scale
  const cumulative: number[] = []
  let sum = 0
  let next = 0
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i] as number
    const end = Math.min(counts.length, (edges[i] as number) - firstCell)
    while (next < end) sum += counts[next++] as number
    cumulative.push(sum + (bound >= 0 ? zero : 0) + (bound >= lowest ? under : 0))
  }
  return cumulative
}

// The layout of a log-linear histogram: which cell a value falls into, and what a cell stands for.
import { MetricsError, integerOption } from '../errors.ts'
import { fromHighWord } from './double-bits.ts'

/** Where the cells of a histogram lie. Two histograms merge only if their layouts are equal. */
export interface HistogramLayout {
  /** Cells begin at 2^lowestExponent. */
  readonly lowestExponent: number
  /** Number of powers of two that have cells. */
  readonly octaves: number
  /** Each octave has 2^subBits cells of equal width; the relative error of a quantile is at most 2^-(subBits + 1). */
  readonly subBits: number
}

export interface HistogramLayoutOptions {
  /** Exponent of the lowest cell's lower bound. Integer, -1022 to 1023. Default -14 (61 ns when the unit is ms). */
  readonly lowestExponent?: number | undefined
  /** Octaves with cells. Integer, 1 to 128. Default 40 (up to 18.6 hours when the unit is ms). */
  readonly octaves?: number | undefined
  /** Mantissa bits that name a cell. Integer, 4 to 8. Default 6 (relative error at most 0.78 %). */
  readonly subBits?: number | undefined
}

/** Bias of the exponent of an IEEE 754 double. */
const EXPONENT_BIAS = 1023

export const DEFAULT_LAYOUT: HistogramLayout = Object.freeze({ lowestExponent: -14, octaves: 40, subBits: 6 })

/** Checks a layout once. @throws MetricsError `ERR_METRICS_OPTION` */
export function resolveLayout(options: HistogramLayoutOptions = {}): HistogramLayout {
  const lowestExponent = integerOption('lowestExponent', options.lowestExponent ?? DEFAULT_LAYOUT.lowestExponent, -1022, 1023)
  const octaves = integerOption('octaves', options.octaves ?? DEFAULT_LAYOUT.octaves, 1, Math.min(128, 1024 - lowestExponent))
  const subBits = integerOption('subBits', options.subBits ?? DEFAULT_LAYOUT.subBits, 4, 8)
  return Object.freeze({ lowestExponent, octaves, subBits })
}

export function cellCount({ octaves, subBits }: HistogramLayout): number {
  return octaves << subBits
}

/** Subtracted from the shifted high word of a double to name its cell. */
export function cellOffset({ lowestExponent, subBits }: HistogramLayout): number {
  return (lowestExponent + EXPONENT_BIAS) << subBits
}

// A bound is made from its bits, as a cell is read off them: powers would cost fifty times as much in a pass over all cells.

/** The lower bound of a cell; exact. The bound after the last cell is the upper end of the layout. */
export function lowerBound(layout: HistogramLayout, cell: number): number {
  return fromHighWord((cell + cellOffset(layout)) << (20 - layout.subBits))
}

/** The middle of a cell, which stands for each value in it; exact. */
export function cellMiddle(layout: HistogramLayout, cell: number): number {
  return fromHighWord((2 * (cell + cellOffset(layout)) + 1) << (19 - layout.subBits))
}

/** The end of the highest cell. The largest double where that would be 2^1024. */
export function upperEnd(layout: HistogramLayout): number {
  return Math.min(Number.MAX_VALUE, 2 ** (layout.lowestExponent + layout.octaves))
}

export function sameLayout(a: HistogramLayout, b: HistogramLayout): boolean {
  return a.lowestExponent === b.lowestExponent && a.octaves === b.octaves && a.subBits === b.subBits
}

/** @throws MetricsError `ERR_METRICS_LAYOUT` unless both layouts are equal. */
export function assertSameLayout(a: HistogramLayout, b: HistogramLayout): void {
  if (sameLayout(a, b)) return
  const [mine, other] = [layoutText(a), layoutText(b)]
  throw new MetricsError(
    'ERR_METRICS_LAYOUT',
    `histograms of different layouts do not merge: ${mine} and ${other}; coarsen the finer one first`,
    {
      context: { mine, other },
    },
  )
}

function layoutText({ lowestExponent, octaves, subBits }: HistogramLayout): string {
  return `{ lowestExponent: ${lowestExponent}, octaves: ${octaves}, subBits: ${subBits} }`
}

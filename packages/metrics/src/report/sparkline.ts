// A histogram as one line of block characters.
import { integerOption } from '../errors.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { cellMiddle } from '../instruments/layout.ts'

const BLOCKS = '▁▂▃▄▅▆▇█'

/**
 * The shape of a histogram between its lowest and highest cell, on a logarithmic axis; a space where nothing was counted.
 * @param width - characters. Integer, 1 to 200. Default 16.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function sparkline(snapshot: HistogramSnapshot, width = 16): string {
  integerOption('width', width, 1, 200)
  const columns = columnsOf(snapshot, width)
  const highest = Math.max(...columns)
  return columns.map((n) => (n === 0 ? ' ' : (BLOCKS[Math.ceil((n / highest) * BLOCKS.length) - 1] ?? ' '))).join('')
}

/** Counts by columns of equal logarithmic width, from the lowest to the highest cell in use. */
export function columnsOf({ layout, firstCell, counts }: HistogramSnapshot, width: number): number[] {
  const columns = Array.from({ length: width }, () => 0)
  if (counts.length === 0) return columns
  const low = Math.log(cellMiddle(layout, firstCell))
  const high = Math.log(cellMiddle(layout, firstCell + counts.length - 1))
  for (let i = 0; i < counts.length; i++) {
    const share = high === low ? 0 : (Math.log(cellMiddle(layout, firstCell + i)) - low) / (high - low)
    const column = Math.min(width - 1, Math.floor(share * width))
    columns[column] = (columns[column] as number) + (counts[i] as number)
  }
  return columns
}

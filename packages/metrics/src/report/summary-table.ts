// A loop's metrics as an aligned table for a terminal.
import { integerOption } from '../errors.ts'
import { quantiles } from '../instruments/histogram-snapshot.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import type { LoopMetricsSnapshot } from '../loop/loop-snapshot.ts'
import { sparkline } from './sparkline.ts'
import { countText, durationText } from './units.ts'

export interface SummaryTableOptions {
  /** Characters a line; longer lines are cut. Integer, 20 to 500. Default: the terminal's, else 100. */
  readonly width?: number | undefined
  /** Escape codes for bold and dim text. Default: only on a terminal, and not if `NO_COLOR` is set. */
  readonly color?: boolean | undefined
}

interface Row {
  readonly name: string
  readonly histogram: HistogramSnapshot
  readonly text: (value: number) => string
  readonly perSecond: number | undefined
}

const HEADINGS = ['', 'count', 'rate', 'p50', 'p90', 'p99', 'max', 'shape'] as const
const RESET = '\u{1b}[0m'
const BOLD = '\u{1b}[1m'
const DIM = '\u{1b}[2m'

/**
 * One line an instrument: count, rate, p50, p90, p99, max and its shape, then utilisation, queue depth and what else
 * counts. Ends without a line break.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function summaryTable(snapshot: LoopMetricsSnapshot, options: SummaryTableOptions = {}): string {
  const stdout = globalThis.process?.stdout
  const width = integerOption('width', options.width ?? Math.min(500, Math.max(20, stdout?.columns ?? 100)), 20, 500)
  const color = options.color ?? (stdout?.isTTY === true && !hasText(globalThis.process?.env['NO_COLOR']))
  const style = (code: string, text: string): string => (color && text !== '' ? `${code}${text}${RESET}` : text)
  const lines = [HEADINGS, ...rowsOf(snapshot).map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const table = lines.map((cells, line) => {
    const padded = cells.map((cell, column) => {
      const size = widths[column] ?? 0
      return column === 0 || column === HEADINGS.length - 1 ? cell.padEnd(size) : cell.padStart(size)
    })
    const text = padded.join('  ').slice(0, width).trimEnd()
    return line === 0 ? style(BOLD, text) : text
  })
  return [...table, ...footOf(snapshot).map((text) => style(DIM, text.slice(0, width)))].join('\n')
}

function rowsOf(snapshot: LoopMetricsSnapshot): readonly Row[] {
  const { busyMs, idleMs } = snapshot
  const elapsedSeconds = (busyMs + idleMs) / 1000
  const every = snapshot.epoch.sampleEvery
  const row = (name: string, histogram: HistogramSnapshot, text: (value: number) => string, perSecond?: number): Row => ({
    name,
    histogram,
    text,
    perSecond: perSecond ?? (elapsedSeconds > 0 ? histogram.count / elapsedSeconds : undefined),
  })
  const sampled = every === 1 ? '' : ` (1 in ${every})`
  return [
    row(`task${sampled}`, snapshot.task, durationText, snapshot.callbacksPerSecond),
    row(`queue wait${sampled}`, snapshot.queueWait, durationText, snapshot.callbacksPerSecond),
    row(`timer lateness${sampled}`, snapshot.timerLateness, durationText),
    row('batch', snapshot.batch, durationText),
    row('callbacks a batch', snapshot.batchCallbacks, countText),
  ]
}

function cellsOf({ name, histogram, text, perSecond }: Row): readonly string[] {
  const show = (value: number | undefined): string => (value === undefined ? '-' : text(value))
  const answers = quantiles(histogram, [0.5, 0.9, 0.99]).map(show)
  const rate = perSecond === undefined ? '-' : `${countText(perSecond)}/s`
  return [name, countText(histogram.count), rate, ...answers, show(histogram.max), sparkline(histogram)]
}

function footOf(snapshot: LoopMetricsSnapshot): readonly string[] {
  const { utilization, callbacksPerSecond, queueDepth, callbacks, batchLimits, clockAnomalies, loop } = snapshot
  const level = (value: number | undefined): string => (value === undefined ? '-' : countText(Math.round(value * 100) / 100))
  const busy = utilization === undefined ? '-' : `${(utilization * 100).toFixed(1)} %`
  const limits = Object.entries(batchLimits).map(([limit, count]) => `${limit} ${countText(count)}`)
  return [
    `busy ${busy}   ${countText(callbacksPerSecond)} callbacks/s   ${countText(callbacks)} in all`,
    `queue depth ${level(queueDepth.current)}   average ${level(queueDepth.average)}   max ${level(queueDepth.max)}`,
    ...(loop === undefined
      ? []
      : [`turns ${countText(loop.turnCount)}   ready ${countText(loop.readyTasks)}   lag ${durationText(loop.lagMs)}`]),
    ...(limits.length === 0 ? [] : [`batches ended by a limit: ${limits.join('   ')}`]),
    ...(clockAnomalies === 0 ? [] : [`samples dropped for clock anomalies: ${countText(clockAnomalies)}`]),
  ]
}

function hasText(value: string | undefined): boolean {
  return value !== undefined && value !== ''
}

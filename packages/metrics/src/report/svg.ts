// Plots as self-contained SVG: a histogram on a logarithmic axis, and named figures as bars.
import { integerOption } from '../errors.ts'
import { quantiles } from '../instruments/histogram-snapshot.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { lowerBound } from '../instruments/layout.ts'
import { columnsOf } from './sparkline.ts'
import { countText, durationText } from './units.ts'

export interface SvgOptions {
  /** Pixels. Integer, 200 to 4000. Default 640. */
  readonly width?: number | undefined
  /** Pixels. Integer, 120 to 4000. Default 320. */
  readonly height?: number | undefined
  /** Shown above the plot; any text. Default none. */
  readonly title?: string | undefined
  /** What values are: `ms` are scaled to ns, us, ms, s; `none` are plain numbers. Default `ms`. */
  readonly unit?: 'ms' | 'none' | undefined
}

/** One figure of a series: a name and a number, in the series' unit. */
export interface SeriesBar {
  readonly name: string
  readonly value: number
}

interface Frame {
  readonly width: number
  readonly height: number
  readonly title: string
  readonly text: (value: number) => string
}

const LEFT = 56
const RIGHT = 16
const TOP = 40
const BOTTOM = 36
const MARKED = [0.5, 0.9, 0.99] as const
const BAR = '#4878a8'
const MARK = '#b04030'

/**
 * Plots a histogram: bars over a logarithmic axis with labelled ticks, and marks for p50, p90, p99 and the maximum. Valid
 * XML whatever the title; the same bytes for the same input.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function histogramSvg(snapshot: HistogramSnapshot, options?: SvgOptions): string {
  const frame = resolveFrame(options)
  if (snapshot.counts.length === 0) return document(frame, [label(frame.width / 2, frame.height / 2, 'no values', 'middle')])
  const { layout, firstCell, counts } = snapshot
  const low = Math.log10(lowerBound(layout, firstCell))
  const high = Math.log10(lowerBound(layout, firstCell + counts.length))
  const plotWidth = frame.width - LEFT - RIGHT
  const plotHeight = frame.height - TOP - BOTTOM
  const baseline = TOP + plotHeight
  const x = (value: number): number => LEFT + plotWidth * Math.min(1, Math.max(0, (Math.log10(value) - low) / (high - low)))
  const columns = columnsOf(snapshot, Math.min(200, Math.max(1, Math.min(counts.length, Math.floor(plotWidth / 4)))))
  const highest = Math.max(...columns)
  const step = plotWidth / columns.length
  const bars = columns.flatMap((count, i) => {
    const height = (plotHeight * count) / highest
    return count === 0
      ? []
      : [
          `<rect x="${at(LEFT + i * step)}" y="${at(baseline - height)}" width="${at(Math.max(1, step - 1))}" height="${at(height)}" fill="${BAR}"/>`,
        ]
  })
  const ticks = ticksBetween(low, high).flatMap((value) => [
    line(x(value), baseline, x(value), baseline + 4, '#888'),
    label(x(value), baseline + 18, frame.text(value), 'middle'),
  ])
  const answers = quantiles(snapshot, MARKED)
  const marks = [...MARKED.map((q, i) => [`p${q * 100}`, answers[i]] as const), ['max', snapshot.max] as const]
  const lines = marks.flatMap(([name, value], i) => {
    if (value === undefined || value <= 0 || !Number.isFinite(value)) return []
    const at = x(value)
    const side = at > LEFT + plotWidth * 0.8 ? 'end' : 'start'
    return [
      line(at, TOP, at, baseline, MARK, '3 3'),
      label(at + (side === 'end' ? -3 : 3), TOP + 10 + i * 13, `${name} ${frame.text(value)}`, side, MARK),
    ]
  })
  const axis = [
    line(LEFT, baseline, LEFT + plotWidth, baseline, '#444'),
    label(LEFT - 6, TOP + 8, countText(highest), 'end'),
    label(LEFT - 6, baseline, '0', 'end'),
  ]
  return document(frame, [...bars, ...axis, ...ticks, ...lines])
}

/**
 * Plots figures, such as those of a benchmark, as horizontal bars from zero.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function seriesSvg(bars: readonly SeriesBar[], options?: SvgOptions): string {
  const frame = resolveFrame(options)
  const finite = bars.filter(({ value }) => Number.isFinite(value) && value >= 0)
  if (finite.length === 0) return document(frame, [label(frame.width / 2, frame.height / 2, 'no values', 'middle')])
  const highest = Math.max(...finite.map(({ value }) => value), Number.MIN_VALUE)
  const nameWidth = Math.min(frame.width / 2, 16 + 7 * Math.max(...finite.map(({ name }) => name.length)))
  const step = (frame.height - TOP - 12) / finite.length
  const rows = finite.flatMap(({ name, value }, i) => {
    const y = TOP + i * step
    const width = ((frame.width - nameWidth - 90) * value) / highest
    return [
      label(nameWidth - 6, y + step / 2 + 4, name, 'end'),
      `<rect x="${at(nameWidth)}" y="${at(y + step * 0.15)}" width="${at(Math.max(1, width))}" height="${at(step * 0.7)}" fill="${BAR}"/>`,
      label(nameWidth + Math.max(1, width) + 5, y + step / 2 + 4, frame.text(value), 'start'),
    ]
  })
  return document(frame, rows)
}

function resolveFrame({ width = 640, height = 320, title = '', unit = 'ms' }: SvgOptions = {}): Frame {
  const text = unit === 'none' ? countText : durationText
  return { width: integerOption('width', width, 200, 4000), height: integerOption('height', height, 120, 4000), title, text }
}

function document({ width, height, title }: Frame, parts: readonly string[]): string {
  const heading = title === '' ? [] : [`<title>${escapeXml(title)}</title>`, label(LEFT, 22, title, 'start', '#222', 14)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...heading,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

/** Values to label: decades, or 1, 2, 5 a decade where those are few. */
function ticksBetween(low: number, high: number): readonly number[] {
  const steps = high - low > 3 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  const stride = Math.max(1, Math.ceil((high - low) / 8))
  for (let decade = Math.floor(low); decade <= high; decade++) {
    if (steps.length === 1 && ((decade % stride) + stride) % stride !== 0) continue
    for (const step of steps) {
      const value = Number(`${step}e${decade}`)
      if (Math.log10(value) >= low && Math.log10(value) <= high) ticks.push(value)
    }
  }
  return ticks.length > 0 ? ticks : [10 ** ((low + high) / 2)]
}

function line(x1: number, y1: number, x2: number, y2: number, color: string, dash = ''): string {
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${color}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end', color = '#444', size = 11): string {
  return `<text x="${at(x)}" y="${at(y)}" font-size="${size}" text-anchor="${anchor}" fill="${color}">${escapeXml(text)}</text>`
}

/** A coordinate with at most two decimals. */
function at(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Text of XML 1.0: markup escaped, what XML does not allow replaced, controls of direction shown as their number. */
function escapeXml(text: string): string {
  return text
    .slice(0, 500)
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}')
    .replace(
      /[\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu,
      (char) => `[U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}]`,
    )
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

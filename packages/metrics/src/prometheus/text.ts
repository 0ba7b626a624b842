// The Prometheus text format 0.0.4 and OpenMetrics 1.0.0.
import { optionError } from '../errors.ts'
import { compareText } from '../families/series-key.ts'
import type { HistogramMetricFamily, Labels, MetricFamily, MetricSource, NumberMetricFamily } from '../families/source.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { quantiles } from '../instruments/histogram-snapshot.ts'
import type { HistogramLayout } from '../instruments/layout.ts'
import { sameLayout } from '../instruments/layout.ts'
import type { BoundsChooser, BoundsOption } from '../families/bounds.ts'
import { cellEdges, cumulativeCounts, resolveBounds } from '../families/bounds.ts'
import { boundText, numberText } from './numbers.ts'

export const TEXT_FORMATS = ['prometheus', 'openmetrics'] as const
export type TextFormat = (typeof TEXT_FORMATS)[number]

/** The media type of each format, as a response states it. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = Object.freeze({
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

export interface PrometheusTextOptions {
  /** Default `prometheus` (0.0.4). */
  readonly format?: TextFormat | undefined
  /** Upper bounds of histogram buckets in the exported unit, increasing. Default 1, 2.5, 5 a decade: of seconds from 1e-6 to 100, else from 1 to 1e9. */
  readonly bounds?: BoundsOption | undefined
  /** Adds a summary `<name>_quantile` with these quantiles, 0 to 1, to each histogram. Default none. */
  readonly quantiles?: readonly number[] | undefined
}

/** Options checked once, for many renderings. */
export interface ResolvedTextOptions {
  readonly format: TextFormat
  readonly bounds: BoundsChooser
  readonly quantiles: readonly number[]
}

/** @throws MetricsError `ERR_METRICS_OPTION` */
export function resolveTextOptions(options: PrometheusTextOptions = {}): ResolvedTextOptions {
  const { format = 'prometheus', quantiles: wanted = [] } = options
  if (!TEXT_FORMATS.includes(format)) throw optionError('format', format, TEXT_FORMATS.join(' or '))
  for (const q of wanted)
    if (typeof q !== 'number' || !(q >= 0 && q <= 1)) throw optionError('quantiles', q, 'numbers from 0 to 1')
  return { format, bounds: resolveBounds(options.bounds), quantiles: Object.freeze([...wanted]) }
}

/**
 * Renders a source: families in name order, series in label order.
 * @throws MetricsError `ERR_METRICS_OPTION`; what the source's `collect` throws.
 */
export function prometheusText(source: MetricSource, options?: PrometheusTextOptions): string {
  return renderText(source, resolveTextOptions(options))
}

/** {@link prometheusText} with options already checked. hot: benchmarks/metrics/exposition */
export function renderText(source: MetricSource, options: ResolvedTextOptions): string {
  const parts: Part[] = []
  for (const family of source.collect()) {
    const { name } = family
    if (family.type !== 'histogram') parts.push({ name, text: () => numbersText(family, options) })
    else {
      parts.push({ name, text: () => histogramText(family, options) })
      if (options.quantiles.length > 0) parts.push({ name: `${name}_quantile`, text: () => quantilesText(family, options) })
    }
  }
  let text = ''
  for (const part of parts.toSorted((a, b) => compareText(a.name, b.name))) text += part.text()
  return options.format === 'openmetrics' ? `${text}# EOF\n` : text
}

interface Part {
  readonly name: string
  readonly text: () => string
}

function numbersText(family: NumberMetricFamily, { format }: ResolvedTextOptions): string {
  const { name, type } = family
  const openCounter = format === 'openmetrics' && type === 'counter'
  const stem = openCounter ? name.replace(/_total$/, '') : name
  let text = headText(stem, type, family, format)
  for (const [labels, series] of inLabelOrder(family.series)) {
    const braced = labels === '' ? '' : `{${labels}}`
    text += `${name}${braced} ${numberText(series.value)}\n`
    if (openCounter) text += `${stem}_created${braced} ${numberText(series.startEpochMs / 1000)}\n`
  }
  return text
}

function histogramText(family: HistogramMetricFamily, { format, bounds: choose }: ResolvedTextOptions): string {
  const { name, scale } = family
  const bounds = choose(family)
  const write = format === 'openmetrics' ? boundText : numberText
  const ends = bounds.map((bound) => `${write(bound)}"} `)
  let layout: HistogramLayout | undefined
  let edges: readonly number[] = []
  let text = headText(name, 'histogram', family, format)
  for (const [labels, { histogram, startEpochMs }] of inLabelOrder(family.series)) {
    const start = `${name}_bucket{${labels === '' ? '' : `${labels},`}le="`
    if (layout === undefined || !sameLayout(layout, histogram.layout)) {
      layout = histogram.layout
      edges = cellEdges(layout, bounds, scale)
    }
    const counts = cumulativeCounts(histogram, bounds, scale, edges)
    for (let i = 0; i < counts.length; i++) text += `${start}${ends[i]}${counts[i]}\n`
    text += `${start}+Inf"} ${histogram.count}\n${totalsText(name, labels, histogram, scale)}`
    if (format === 'openmetrics')
      text += `${name}_created${labels === '' ? '' : `{${labels}}`} ${numberText(startEpochMs / 1000)}\n`
  }
  return text
}

function quantilesText(family: HistogramMetricFamily, { format, quantiles: wanted }: ResolvedTextOptions): string {
  const name = `${family.name}_quantile`
  const write = format === 'openmetrics' ? boundText : numberText
  let text = headText(name, 'summary', { help: family.help, unit: 'none' }, format)
  for (const [labels, { histogram }] of inLabelOrder(family.series)) {
    const start = `${name}{${labels === '' ? '' : `${labels},`}quantile="`
    quantiles(histogram, wanted).forEach((value, i) => {
      text += `${start}${write(wanted[i] ?? 0)}"} ${numberText(value === undefined ? Number.NaN : value * family.scale)}\n`
    })
    text += totalsText(name, labels, histogram, family.scale)
  }
  return text
}

function totalsText(name: string, labels: string, { sum, count }: HistogramSnapshot, scale: number): string {
  const braced = labels === '' ? '' : `{${labels}}`
  return `${name}_sum${braced} ${numberText(sum * scale)}\n${name}_count${braced} ${count}\n`
}

function headText(name: string, type: string, { help, unit }: Pick<MetricFamily, 'help' | 'unit'>, format: TextFormat): string {
  const escaped = help.replace(/[\\\n"]/g, (char) =>
    char === '\n' ? '\\n' : char === '\\' ? '\\\\' : format === 'openmetrics' ? '\\"' : char,
  )
  const unitLine = format === 'openmetrics' && unit !== 'none' && name.endsWith(`_${unit}`) ? `# UNIT ${name} ${unit}\n` : ''
  return `${help === '' ? '' : `# HELP ${name} ${escaped}\n`}# TYPE ${name} ${type}\n${unitLine}`
}

function inLabelOrder<Series extends { readonly labels: Labels }>(
  series: readonly Series[],
): readonly (readonly [string, Series])[] {
  const ordered = series.map((one) => [labelsText(one.labels), one] as const)
  return ordered.toSorted(([a], [b]) => compareText(a, b))
}

function labelsText(labels: Labels): string {
  const names = Object.keys(labels)
  if (names.length > 1) names.sort(compareText)
  let text = ''
  for (const name of names) text += `${text === '' ? '' : ','}${name}="${escapeLabel(labels[name] as string)}"`
  return text
}

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`)) : value
}

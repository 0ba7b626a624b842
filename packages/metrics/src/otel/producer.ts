// A MetricProducer for OpenTelemetry's readers: reads a source at collection time, and nothing of it per event.
import { integerOption, optionError } from '../errors.ts'
import type { BoundsChooser, BoundsOption } from '../families/bounds.ts'
import { cumulativeCounts, resolveBounds } from '../families/bounds.ts'
import type { HistogramMetricFamily, Labels, MetricFamily, MetricSource, MetricUnit } from '../families/source.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { ExponentialConverter } from './exponential-histogram.ts'
import type { OtelExplicit, OtelExponential, OtelMetric, OtelPoint, OtelTime } from './metric-data.ts'
import { CUMULATIVE, DOUBLE, EXPONENTIAL_HISTOGRAM, GAUGE, HISTOGRAM, SUM } from './metric-data.ts'

export const HISTOGRAM_KINDS = ['explicit', 'exponential'] as const
export type HistogramKind = (typeof HISTOGRAM_KINDS)[number]

export interface OtelProducerOptions {
  /** Kind of histograms. `explicit` for a Prometheus reader, which drops the other; `exponential` for OTLP. Default `explicit`. */
  readonly histogram?: HistogramKind | undefined
  /** Bounds of explicit histograms in the exported unit, increasing. Default as in `prometheusText`. */
  readonly bounds?: BoundsOption | undefined
  /** Buckets of an exponential histogram at most. Integer, 2 to 1000. Default 160. */
  readonly maxBuckets?: number | undefined
  /** Instrumentation scope. Default name `@loopwright/metrics`. */
  readonly scope?: { readonly name: string; readonly version?: string | undefined } | undefined
  /** Wall-clock time of the collection, in ms. Default `Date.now`. */
  readonly epochMs?: (() => number) | undefined
}

/** As much of OpenTelemetry's `Resource` as a producer owes; the reader uses the provider's own. */
export interface OtelResource {
  readonly attributes: Record<string, string>
  merge<Other>(other: Other): NonNullable<Other>
  getRawAttributes(): []
}

export interface OtelCollection {
  resourceMetrics: {
    resource: OtelResource
    scopeMetrics: { scope: { name: string; version?: string }; metrics: OtelMetric[] }[]
  }
  errors: unknown[]
}

/** Fits OpenTelemetry's `MetricProducer` of SDK 2 and 3. */
export interface OtelProducer {
  collect(options?: { timeoutMillis?: number }): Promise<OtelCollection>
}

const UCUM: Readonly<Record<MetricUnit, string>> = { seconds: 's', bytes: 'By', none: '1' }

/**
 * Makes a producer for `new PeriodicExportingMetricReader({ exporter, metricProducers: [producer] })` and for
 * `new PrometheusExporter({ metricProducers: [producer] })`. Temporality is cumulative; start times are those of creation
 * or of the last reset. A source that throws gives no metrics and one entry in `errors`.
 *
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function otelProducer(source: MetricSource, options: OtelProducerOptions = {}): OtelProducer {
  const { histogram = 'explicit', maxBuckets = 160, scope = { name: '@loopwright/metrics' }, epochMs = Date.now } = options
  if (!HISTOGRAM_KINDS.includes(histogram)) throw optionError('histogram', histogram, HISTOGRAM_KINDS.join(' or '))
  const writer = new MetricWriter(histogram, resolveBounds(options.bounds), integerOption('maxBuckets', maxBuckets, 2, 1000))
  const named = scope.version === undefined ? { name: scope.name } : { name: scope.name, version: scope.version }
  return {
    // The port is asynchronous; the collection itself is one synchronous pass.
    async collect() {
      const errors: unknown[] = []
      let metrics: OtelMetric[] = []
      try {
        const endTime = timeOf(epochMs())
        metrics = source.collect().map((family) => writer.metric(family, endTime))
      } catch (error) {
        errors.push(error)
      }
      return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics: [{ scope: named, metrics }] }, errors }
    },
  }
}

class MetricWriter {
  readonly #kind: HistogramKind
  readonly #bounds: BoundsChooser
  readonly #exponential: ExponentialConverter

  constructor(kind: HistogramKind, bounds: BoundsChooser, maxBuckets: number) {
    this.#kind = kind
    this.#bounds = bounds
    this.#exponential = new ExponentialConverter(maxBuckets)
  }

  metric(family: MetricFamily, endTime: OtelTime): OtelMetric {
    const descriptor = { name: family.name, description: family.help, unit: UCUM[family.unit], valueType: DOUBLE }
    const base = { descriptor, aggregationTemporality: CUMULATIVE }
    if (family.type === 'histogram') {
      if (this.#kind === 'explicit') {
        const bounds = [...this.#bounds(family)]
        return {
          ...base,
          dataPointType: HISTOGRAM,
          dataPoints: this.#points(family, endTime, (histogram) => explicit(histogram, bounds, family.scale)),
        }
      }
      const convert = (histogram: HistogramSnapshot): OtelExponential => this.#exponentialOf(histogram, family.scale)
      return { ...base, dataPointType: EXPONENTIAL_HISTOGRAM, dataPoints: this.#points(family, endTime, convert) }
    }
    const dataPoints = family.series.map(({ labels, startEpochMs, value }) => pointOf(labels, startEpochMs, endTime, value))
    if (family.type === 'gauge') return { ...base, dataPointType: GAUGE, dataPoints }
    return { ...base, dataPointType: SUM, isMonotonic: true, dataPoints }
  }

  #points<Value>(
    { series }: HistogramMetricFamily,
    endTime: OtelTime,
    convert: (histogram: HistogramSnapshot) => Value,
  ): OtelPoint<Value>[] {
    return series.map(({ labels, startEpochMs, histogram }) => pointOf(labels, startEpochMs, endTime, convert(histogram)))
  }

  #exponentialOf(histogram: HistogramSnapshot, factor: number): OtelExponential {
    const { scale, zeroCount, offset, bucketCounts } = this.#exponential.convert(histogram, factor)
    return {
      ...totals(histogram, factor),
      scale,
      zeroCount,
      positive: { offset, bucketCounts },
      negative: { offset: 0, bucketCounts: [] },
    }
  }
}

function explicit(histogram: HistogramSnapshot, boundaries: number[], factor: number): OtelExplicit {
  const cumulative = cumulativeCounts(histogram, boundaries, factor)
  const counts = [...cumulative, histogram.count].map((count, i) => count - (i === 0 ? 0 : (cumulative[i - 1] as number)))
  return { ...totals(histogram, factor), buckets: { boundaries, counts } }
}

function totals(
  { count, sum, min, max }: HistogramSnapshot,
  factor: number,
): { count: number; sum: number; min?: number; max?: number } {
  const extremes = min === undefined || max === undefined ? {} : { min: min * factor, max: max * factor }
  return { count, sum: sum * factor, ...extremes }
}

function pointOf<Value>(labels: Labels, startEpochMs: number, endTime: OtelTime, value: Value): OtelPoint<Value> {
  return { startTime: timeOf(startEpochMs), endTime, attributes: { ...labels }, value }
}

function timeOf(epochMs: number): OtelTime {
  const seconds = Math.floor(epochMs / 1000)
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)]
}

const NO_RESOURCE: OtelResource = Object.freeze({
  attributes: Object.freeze({}) as Record<string, string>,
  merge: <Other>(other: Other): NonNullable<Other> => (other ?? NO_RESOURCE) as NonNullable<Other>,
  getRawAttributes: (): [] => [],
})

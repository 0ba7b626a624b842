// The shapes and numbers of OpenTelemetry's metric data that this package makes. They are those of SDK 2 and 3; a test
// compares them with the installed SDKs, and nothing of OpenTelemetry is loaded here.

/** Numeric values of `DataPointType`, `AggregationTemporality` and `ValueType`. */
export const HISTOGRAM = 0 as const
export const EXPONENTIAL_HISTOGRAM = 1 as const
export const GAUGE = 2 as const
export const SUM = 3 as const
export const CUMULATIVE = 1 as const
export const DOUBLE = 1 as const

/** Seconds and nanoseconds since 1970. */
export type OtelTime = [seconds: number, nanoseconds: number]

export interface OtelPoint<Value> {
  readonly startTime: OtelTime
  readonly endTime: OtelTime
  readonly attributes: Record<string, string>
  readonly value: Value
}

interface OtelBase {
  readonly descriptor: {
    readonly name: string
    readonly description: string
    readonly unit: string
    readonly valueType: typeof DOUBLE
  }
  readonly aggregationTemporality: typeof CUMULATIVE
}

export interface OtelSum extends OtelBase {
  readonly dataPointType: typeof SUM
  readonly isMonotonic: boolean
  readonly dataPoints: OtelPoint<number>[]
}

export interface OtelGauge extends OtelBase {
  readonly dataPointType: typeof GAUGE
  readonly dataPoints: OtelPoint<number>[]
}

interface OtelTotals {
  count: number
  sum: number
  min?: number
  max?: number
}

export interface OtelExplicit extends OtelTotals {
  buckets: { boundaries: number[]; counts: number[] }
}

export interface OtelExponential extends OtelTotals {
  scale: number
  zeroCount: number
  positive: { offset: number; bucketCounts: number[] }
  negative: { offset: number; bucketCounts: number[] }
}

export interface OtelHistogram extends OtelBase {
  readonly dataPointType: typeof HISTOGRAM
  readonly dataPoints: OtelPoint<OtelExplicit>[]
}

export interface OtelExponentialHistogram extends OtelBase {
  readonly dataPointType: typeof EXPONENTIAL_HISTOGRAM
  readonly dataPoints: OtelPoint<OtelExponential>[]
}

export type OtelMetric = OtelSum | OtelGauge | OtelHistogram | OtelExponentialHistogram

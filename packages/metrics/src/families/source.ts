// What exporters read: metric families as plain data, and the ports of those who give and those who take them.
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'

export const METRIC_TYPES = ['counter', 'gauge', 'histogram'] as const
export type MetricType = (typeof METRIC_TYPES)[number]

/** Base units of exported values. A family's name ends in its unit; `none` is a plain count or a ratio. */
export const METRIC_UNITS = ['seconds', 'bytes', 'none'] as const
export type MetricUnit = (typeof METRIC_UNITS)[number]

export type Labels = Readonly<Record<string, string>>

interface FamilyBase {
  /** Full name by Prometheus' conventions: counters end in `_total`, the unit stands before that. */
  readonly name: string
  readonly help: string
  readonly unit: MetricUnit
}

export interface NumberSeries {
  readonly labels: Labels
  /** Wall-clock time at which the value was zero: creation or the last reset. */
  readonly startEpochMs: number
  /** In the family's unit. */
  readonly value: number
}

export interface HistogramSeries {
  readonly labels: Labels
  readonly startEpochMs: number
  readonly histogram: HistogramSnapshot
}

export interface NumberMetricFamily extends FamilyBase {
  readonly type: 'counter' | 'gauge'
  readonly series: readonly NumberSeries[]
}

export interface HistogramMetricFamily extends FamilyBase {
  readonly type: 'histogram'
  /** What recorded values are multiplied by to get the family's unit: 0.001 where milliseconds are recorded. */
  readonly scale: number
  readonly series: readonly HistogramSeries[]
}

/** One metric with all its series, at one instant. */
export type MetricFamily = NumberMetricFamily | HistogramMetricFamily

/** Gives its metrics when asked: one synchronous pass, cumulative values, no side effect on other readers. */
export interface MetricSource {
  collect(): readonly MetricFamily[]
}

/** Takes batches of metrics to somewhere else. */
export interface MetricExporter {
  /** Resolves when the batch has been delivered; rejects if it was not. `signal` aborts when time is up. */
  export(batch: readonly MetricFamily[], options: { readonly signal: AbortSignal }): Promise<void>
  close?(): Promise<void>
}

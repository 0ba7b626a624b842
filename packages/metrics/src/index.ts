// Public names of this entry.
export { METRICS_ERROR_CODES, MetricsError, assertMetricsError, isMetricsError } from './errors.ts'
export type { MetricsErrorCode, MetricsErrorContext, MetricsErrorOptions } from './errors.ts'
export { systemClock } from './clock.ts'
export type { MetricsClock } from './clock.ts'
export { DEFAULT_LAYOUT } from './instruments/layout.ts'
export type { HistogramLayout, HistogramLayoutOptions } from './instruments/layout.ts'
export { coarsen, mergeSnapshots, quantile, quantiles, subtractSnapshots } from './instruments/histogram-snapshot.ts'
export type { HistogramSnapshot } from './instruments/histogram-snapshot.ts'
export { Histogram } from './instruments/histogram.ts'
export type { HistogramOptions } from './instruments/histogram.ts'
export { Counter } from './instruments/counter.ts'
export type { CounterOptions } from './instruments/counter.ts'
export { LevelGauge } from './instruments/level-gauge.ts'
export type { LevelGaugeOptions, LevelSnapshot } from './instruments/level-gauge.ts'
export { RollingRate } from './instruments/rolling-rate.ts'
export type { RollingRateOptions } from './instruments/rolling-rate.ts'
export { Sampler } from './instruments/sampler.ts'
export type { SamplerOptions } from './instruments/sampler.ts'
export { PSquare } from './instruments/psquare.ts'
export type { PSquareOptions, PSquareSnapshot } from './instruments/psquare.ts'
export { METRIC_TYPES, METRIC_UNITS } from './families/source.ts'
export type {
  HistogramMetricFamily,
  HistogramSeries,
  Labels,
  MetricExporter,
  MetricFamily,
  MetricSource,
  MetricType,
  MetricUnit,
  NumberMetricFamily,
  NumberSeries,
} from './families/source.ts'
export { CounterFamily, GaugeFamily, HistogramFamily } from './families/family.ts'
export type { FamilyOptions, GaugeFamilyOptions, HistogramFamilyOptions, RecordedUnit } from './families/family.ts'
export { COLLECT_ERRORS, MetricSet } from './families/metric-set.ts'
export type { CollectError, MetricSetOptions } from './families/metric-set.ts'
export { IntervalReader } from './families/interval-reader.ts'
export { LoopMetrics, LoopMetricsReader } from './loop/loop-metrics.ts'
export type { LoopMetricsOptions } from './loop/loop-metrics.ts'
export type { LoopMetricsSnapshot, SamplingEpoch, TransitionCount } from './loop/loop-snapshot.ts'
export type { PhaseSnapshot } from './loop/phase-histograms.ts'
export type { LoopBatchRecord, LoopCallbackSample, WatchedLoop, WatchedLoopSnapshot } from './loop/loop-port.ts'
export { TaskTimer } from './instruments/task-timer.ts'
export type { TaskTimerOptions } from './instruments/task-timer.ts'
export { meter } from './families/meter.ts'
export type { Meter, MeterAttributes, MeterOptions } from './families/meter.ts'
export { pushMetrics } from './push/push-metrics.ts'
export type { MetricsPush, PushOptions } from './push/push-metrics.ts'
export { SandboxMetrics } from './sandbox/sandbox-metrics.ts'
export type { SandboxMetricsOptions, SandboxMetricsSnapshot } from './sandbox/sandbox-metrics.ts'
export type {
  SandboxHostCallSample,
  SandboxInstanceSample,
  SandboxLeaseSample,
  SandboxLimitSample,
  SandboxOperationSample,
} from './sandbox/sandbox-port.ts'

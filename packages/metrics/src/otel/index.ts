// Public names of this entry.
export { HISTOGRAM_KINDS, otelProducer } from './producer.ts'
export type { HistogramKind, OtelCollection, OtelProducer, OtelProducerOptions, OtelResource } from './producer.ts'
export type {
  OtelExplicit,
  OtelExponential,
  OtelExponentialHistogram,
  OtelGauge,
  OtelHistogram,
  OtelMetric,
  OtelPoint,
  OtelSum,
  OtelTime,
} from './metric-data.ts'

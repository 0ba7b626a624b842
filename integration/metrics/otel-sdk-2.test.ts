// The producer with OpenTelemetry SDK 2, in a process of its own: two SDKs must not be mixed in one.
import { ValueType } from '@opentelemetry/api'
import { otelSuite } from './otel-suite.ts'

{
  const { AggregationTemporality, DataPointType, MeterProvider, PeriodicExportingMetricReader } = await import('sdk-metrics-2')
  const { PrometheusExporter } = await import('exporter-prometheus-2')
  const { OTLPMetricExporter: JsonExporter } = await import('exporter-otlp-http-2')
  const { OTLPMetricExporter: ProtobufExporter } = await import('exporter-otlp-proto-2')
  const { CompressionAlgorithm } = await import('otlp-exporter-base-2')
  otelSuite('OpenTelemetry SDK 2', {
    constants: {
      HISTOGRAM: DataPointType.HISTOGRAM,
      EXPONENTIAL_HISTOGRAM: DataPointType.EXPONENTIAL_HISTOGRAM,
      GAUGE: DataPointType.GAUGE,
      SUM: DataPointType.SUM,
      CUMULATIVE: AggregationTemporality.CUMULATIVE,
      DOUBLE: ValueType.DOUBLE,
    },
    push: (format, url, producer, gzip) => {
      const settings = { url, timeoutMillis: 2000, ...(gzip ? { compression: CompressionAlgorithm.GZIP } : {}) }
      const exporter = format === 'json' ? new JsonExporter(settings) : new ProtobufExporter(settings)
      const reader = new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: 3_600_000,
        exportTimeoutMillis: 3000,
        metricProducers: [producer],
      })
      const provider = new MeterProvider({ readers: [reader] })
      return { flush: () => provider.forceFlush(), close: () => provider.shutdown() }
    },
    scrape: (producer) => {
      const exporter = new PrometheusExporter({ preventServerStart: true, metricProducers: [producer] })
      const provider = new MeterProvider({ readers: [exporter] })
      return {
        handle: (request, response) => exporter.getMetricsRequestHandler(request, response),
        close: () => provider.shutdown(),
      }
    },
  })
}

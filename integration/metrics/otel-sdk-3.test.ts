// The producer with OpenTelemetry SDK 3, in a process of its own: two SDKs must not be mixed in one.
import { ValueType } from '@opentelemetry/api'
import { describe, test } from 'vitest'
import { otelSuite } from './otel-suite.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 15)) {
  describe('OpenTelemetry SDK 3', () => {
    test.skip(`not run: SDK 3 needs Node 22.15, this is ${process.versions.node}`, () => {})
  })
} else {
  const { AggregationTemporality, DataPointType, MeterProvider, PeriodicExportingMetricReader } = await import('sdk-metrics-3')
  const { PrometheusExporter } = await import('exporter-prometheus-3')
  const { OTLPMetricExporter: JsonExporter } = await import('exporter-otlp-http-3')
  const { OTLPMetricExporter: ProtobufExporter } = await import('exporter-otlp-proto-3')
  const { CompressionAlgorithm } = await import('otlp-exporter-base-3')
  otelSuite('OpenTelemetry SDK 3', {
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

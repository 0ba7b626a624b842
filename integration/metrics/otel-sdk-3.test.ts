// The producer with OpenTelemetry SDK 3, in a process of its own: two SDKs must not be mixed in one.
import { ValueType } from '@opentelemetry/api'
import { test } from 'vitest'
import { otelSuite } from './otel-suite.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 15)) {
  test('OpenTelemetry SDK 3', (context) => context.skip(`SDK 3 needs Node 22.15, this is ${process.versions.node}`))
} else {
  const sdk = await import('sdk-metrics-3')
  const { PrometheusExporter } = await import('exporter-prometheus-3')
  const { OTLPMetricExporter: JsonExporter } = await import('exporter-otlp-http-3')
  const { OTLPMetricExporter: ProtobufExporter } = await import('exporter-otlp-proto-3')
  const { CompressionAlgorithm } = await import('otlp-exporter-base-3')
  otelSuite('OpenTelemetry SDK 3', {
    ...sdk,
    ValueType,
    PrometheusExporter,
    JsonExporter,
    ProtobufExporter,
    gzip: CompressionAlgorithm.GZIP,
  })
}

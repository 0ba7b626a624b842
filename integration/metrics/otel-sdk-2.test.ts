// The producer with OpenTelemetry SDK 2, in a process of its own: two SDKs must not be mixed in one.
import { ValueType } from '@opentelemetry/api'
import { OTLPMetricExporter as JsonExporter } from 'exporter-otlp-http-2'
import { OTLPMetricExporter as ProtobufExporter } from 'exporter-otlp-proto-2'
import { PrometheusExporter } from 'exporter-prometheus-2'
import { CompressionAlgorithm } from 'otlp-exporter-base-2'
import * as sdk from 'sdk-metrics-2'
import { otelSuite } from './otel-suite.ts'

otelSuite('OpenTelemetry SDK 2', {
  ...sdk,
  ValueType,
  PrometheusExporter,
  JsonExporter,
  ProtobufExporter,
  gzip: CompressionAlgorithm.GZIP,
})

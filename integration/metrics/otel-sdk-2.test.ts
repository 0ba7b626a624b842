// The producer with OpenTelemetry SDK 2, in a process of its own: two SDKs must not be mixed in one.
import { ValueType } from '@opentelemetry/api'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import * as sdk from '@opentelemetry/sdk-metrics'
import { OTLPMetricExporter as ProtobufExporter } from 'exporter-otlp-proto-2'
import { PrometheusExporter } from 'exporter-prometheus-2'
import { CompressionAlgorithm } from 'otlp-exporter-base-2'
import { otelSuite } from './otel-suite.ts'

otelSuite('OpenTelemetry SDK 2', {
  ...sdk,
  ValueType,
  PrometheusExporter,
  JsonExporter,
  ProtobufExporter,
  gzip: CompressionAlgorithm.GZIP,
})

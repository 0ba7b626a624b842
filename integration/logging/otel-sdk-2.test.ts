// The writer with the logs SDK that goes with OpenTelemetry SDK 2 and takes Node 20, in a process of its own.
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import {
  BatchLogRecordProcessor,
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { otelLogsSuite } from './otel-suite.ts'

otelLogsSuite('OpenTelemetry logs SDK 0.223', {
  open(scope, processor) {
    const exporter = new InMemoryLogRecordExporter()
    const Processor = processor === 'simple' ? SimpleLogRecordProcessor : BatchLogRecordProcessor
    const provider = new LoggerProvider({ processors: [new Processor({ exporter })] })
    return {
      logger: provider.getLogger(scope),
      records: () => exporter.getFinishedLogRecords(),
      flush: () => provider.forceFlush(),
      shutdown: () => provider.shutdown(),
    }
  },
  send(url) {
    const exporter = new OTLPLogExporter({ url, timeoutMillis: 2000 })
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
    return { logger: provider.getLogger('sent'), shutdown: () => provider.shutdown() }
  },
})

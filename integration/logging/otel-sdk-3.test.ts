// The writer with the logs SDK 3, in a process of its own; it asks for Node 22.15.
import { OTLPLogExporter } from 'exporter-logs-otlp-http-3'
import { BatchLogRecordProcessor, InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from 'sdk-logs-3'
import { otelLogsSuite } from './otel-suite.ts'

otelLogsSuite('OpenTelemetry logs SDK 3', {
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

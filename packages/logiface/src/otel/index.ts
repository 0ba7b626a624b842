// Public names of this entry.
export { otelLogs } from './otel-logs.ts'
export type { OtelEvent, OtelLoggerLike, OtelLogRecord, OtelLogsOptions } from './otel-logs.ts'
